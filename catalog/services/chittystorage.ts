import { defineService, secretBindings, serviceTokens } from "../define-service.ts";

// Bound by chittyconnect and named in its public configuration; what it binds itself is the least it needs.
export const chittystorage = defineService({
  name: "chittystorage",
  short: "storage",
  description: "Keeps files by the hash of their content.",
  family: "chittyos",
  tier: 2,
  owner: "chittyos",
  dataClass: "personal",
  hosting: { kind: "worker" },
  hosts: ["storage.{domain}"],
  bindings: [
    { kind: "r2", name: "OBJECTS" },
    { kind: "kv", name: "OBJECT_INDEX" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_AUTH_SERVICE_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_AUTH_SERVICE_TOKEN"),
});
