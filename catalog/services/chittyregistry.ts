import { defineService } from "../define-service.ts";

export const chittyregistry = defineService({
  name: "chittyregistry",
  short: "registry",
  description: "The read-only directory of services, tools and their health.",
  family: "chittyos",
  tier: 1,
  owner: "chittyos-platform",
  dataClass: "internal",
  hosting: { kind: "worker" },
  hosts: ["registry.{domain}"],
  crons: ["*/15 * * * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "kv", name: "REGISTRY" },
    { kind: "kv", name: "HEALTH" },
  ],
  environments: { local: { shellCrons: "record" } },
});
