import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

// The facts describe its protocol and not its bindings: a store for what is under way, and the services it asks.
export const chittyregister = defineService({
  name: "chittyregister",
  short: "register",
  description: "Where a service proves its endpoint by a challenge and is taken into the registry.",
  family: "chittyos",
  tier: 2,
  owner: "chittyfoundation",
  dataClass: "internal",
  hosting: { kind: "worker" },
  hosts: ["register.{domain}"],
  bindings: [
    { kind: "kv", name: "CHALLENGES" },
    { kind: "kv", name: "REGISTRATIONS" },
    ...serviceBindings({
      CHITTYID_SERVICE: "chittyid",
      REGISTRY_SERVICE: "chittyregistry",
      SCHEMA_SERVICE: "chittyschema",
    }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_REGISTRY_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_REGISTRY_TOKEN"),
});
