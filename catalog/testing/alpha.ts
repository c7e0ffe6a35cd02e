import { defineService } from "../define-service.ts";
import { resolve } from "../resolve.ts";
import type { ServiceSpec } from "../schema/service.ts";

export const tail = defineService({
  name: "chittytrack",
  short: "track",
  description: "Tail.",
  family: "chittyos",
  tier: 1,
  owner: "tests",
  dataClass: "internal",
  hosting: { kind: "worker", tailConsumers: [] },
  hosts: ["track.{domain}"],
});

/** A service called alpha without a mistake. */
export function service(raw: Partial<ServiceSpec>): ServiceSpec {
  return { ...tail, name: "alpha", short: "alpha", hosting: { kind: "worker" }, hosts: ["alpha.{domain}"], ...raw };
}

/** What becomes of it. */
export function alpha(environment: string, raw: Partial<ServiceSpec>, family = "chittyos") {
  const found = resolve(environment, family, [tail, service(raw)]).services.find(({ name }) => name === "alpha");
  if (!found) throw new Error("alpha is not there");
  return found;
}
