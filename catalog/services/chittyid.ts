import { defineService, secretBindings, serviceTokens } from "../define-service.ts";

export const chittyid = defineService({
  name: "chittyid",
  short: "id",
  description: "Mints every ChittyID.",
  family: "chittyos",
  tier: 0,
  owner: "chittyfoundation",
  dataClass: "personal",
  hosting: { kind: "worker" },
  hosts: ["id.{domain}"],
  bindings: [
    { kind: "kv", name: "MCP_SESSIONS" },
    { kind: "kv", name: "OAUTH_TOKENS" },
    { kind: "kv", name: "API_KEYS" },
    { kind: "kv", name: "PLATFORM_CACHE" },
    // Nine names on six namespaces: that is how it is, and said here instead of by equal ids.
    { kind: "kv", name: "PLATFORM_KV", store: "platform" },
    { kind: "kv", name: "SERVICE_REGISTRY", store: "platform" },
    { kind: "kv", name: "SCHEMA_KV", store: "platform" },
    { kind: "kv", name: "CHITTYID_KV", store: "ids" },
    { kind: "kv", name: "CHITTYID_PENDING", store: "ids" },
    { kind: "ai", name: "AI" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_ID_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_ID_TOKEN"),
});
