import type { z } from "zod";
import type { endpointTarget } from "../../../contracts/ops-deliveries.ts";
import { ProblemError } from "../../problem/problem.ts";
import { refusalOf } from "../outbound/address-rules.ts";
import type { SigningSecret } from "./sign-webhook.ts";

/** Where something is sent and how, with the secrets for it. */
export type Destination =
  | { kind: "webhook"; url: string; secrets: SigningSecret[] }
  | { kind: "slack"; url: string }
  | { kind: "pagerduty"; url: string; routingKey: string }
  | { kind: "email"; url: string; apiKey: string; from: string; to: string[] };

/** What may be shown of it. A query, and all of Slack's path, are secrets. */
export function targetOf(destination: Destination, family: string | undefined): z.infer<typeof endpointTarget> {
  const { origin, pathname } = new URL(destination.url);
  const addresses = {
    webhook: () => `${origin}${pathname}`,
    slack: () => origin,
    pagerduty: () => origin,
    email: () => (destination.kind === "email" ? destination.to.join(", ") : ""),
  };
  return {
    kind: destination.kind,
    address: addresses[destination.kind](),
    ...(family !== undefined && { family }),
  };
}

/** @throws ProblemError 400: an address that is not asked, whoever names it */
export function requireReachable(url: string, local: boolean): void {
  const refusal = refusalOf(url, { local, loopback: local });
  if (refusal === undefined) return;
  const expected = local ? "an address of this machine, or of the embedded cloud" : "https: and a public host name";
  throw new ProblemError({
    status: 400,
    title: "Address not accepted",
    detail: `url: it ${refusal}. Expected ${expected}.`,
  });
}
