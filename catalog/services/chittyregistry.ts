import { defineService, secretBindings, serviceTokens } from "../define-service.ts";

export const chittyregistry = defineService({
  name: "chittyregistry",
  short: "registry",
  description: "The read-only directory of services, tools and their health.",
  family: "chittyos",
  // Tier 2 is what its charter says.
  tier: 2,
  owner: "chittyos",
  dataClass: "internal",
  hosting: { kind: "worker" },
  hosts: ["registry.{domain}"],
  crons: ["*/15 * * * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "kv", name: "REGISTRY_CACHE", store: "cache" },
    { kind: "kv", name: "REGISTRY_STORE", store: "store" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_REGISTRY_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_REGISTRY_TOKEN"),
  environments: { local: { shellCrons: "record" } },
});
