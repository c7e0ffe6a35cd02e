import { defineService, provided, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

export const chittyauth = defineService({
  name: "chittyauth",
  short: "auth",
  description: "Issues, checks and revokes tokens of people and services.",
  family: "chittyos",
  tier: 1,
  owner: "chittyfoundation",
  dataClass: "credential",
  hosting: { kind: "worker" },
  hosts: ["auth.{domain}"],
  bindings: [
    { kind: "kv", name: "AUTH_TOKENS", store: "tokens" },
    { kind: "kv", name: "AUTH_REVOCATIONS", store: "revocations" },
    { kind: "kv", name: "AUTH_RATE_LIMITS", store: "rate-limits" },
    { kind: "kv", name: "AUTH_AUDIT", store: "audit" },
    { kind: "d1", name: "AUTH_DB", store: "auth" },
    ...serviceBindings({ CHITTYID_SERVICE: "chittyid", REGISTRY_SERVICE: "chittyregistry" }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    // 30 days, in seconds.
    { kind: "var", name: "DEFAULT_TOKEN_EXPIRY", value: "2592000" },
    ...secretBindings("JWT_SIGNING_SECRET", "CHITTY_AUTH_SERVICE_TOKEN", "NEON_OAUTH_CLIENT_SECRET"),
  ],
  secrets: [
    { name: "JWT_SIGNING_SECRET", source: "generated", length: 64, rotateEvery: "180d" },
    ...serviceTokens("CHITTY_AUTH_SERVICE_TOKEN"),
    ...provided("NEON_OAUTH_CLIENT_SECRET"),
  ],
  environments: {
    local: { bindings: { DEFAULT_TOKEN_EXPIRY: { value: "86400" } } },
    dev: { bindings: { DEFAULT_TOKEN_EXPIRY: { value: "86400" } } },
  },
});
