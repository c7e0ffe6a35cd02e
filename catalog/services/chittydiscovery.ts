import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

// The facts describe its protocol and not its bindings: live instances in one store, the directory asked for the rest.
export const chittydiscovery = defineService({
  name: "chittydiscovery",
  short: "discovery",
  description: "Says at runtime which instances of a service are alive, by their heartbeats.",
  family: "chittyos",
  tier: 2,
  owner: "chittyos",
  dataClass: "internal",
  hosting: { kind: "worker" },
  hosts: ["discovery.{domain}"],
  bindings: [
    { kind: "kv", name: "INSTANCES" },
    ...serviceBindings({ REGISTRY_SERVICE: "chittyregistry" }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_REGISTRY_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_REGISTRY_TOKEN"),
});
