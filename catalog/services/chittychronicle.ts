import { defineService, secretBindings, serviceTokens } from "../define-service.ts";

// Bound by chittyconnect and named in its public configuration; what it binds itself is the least it needs.
export const chittychronicle = defineService({
  name: "chittychronicle",
  short: "chronicle",
  description: "The timeline of events across services and cases.",
  family: "chittyos",
  tier: 3,
  owner: "chittyapps",
  dataClass: "legal",
  hosting: { kind: "worker" },
  hosts: ["chronicle.{domain}"],
  bindings: [
    { kind: "d1", name: "DB", store: "events" },
    { kind: "kv", name: "CHRONICLE_KV", store: "cache" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_CHRONICLE_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_CHRONICLE_TOKEN"),
});
