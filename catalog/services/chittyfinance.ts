import { defineService, provided, secretBindings, serviceTokens } from "../define-service.ts";

export const chittyfinance = defineService({
  name: "chittyfinance",
  short: "finance",
  description: "Books, bank connections, leases and reports.",
  family: "chittyos",
  tier: 3,
  owner: "chittyapps",
  dataClass: "financial",
  hosting: {
    kind: "worker",
    limits: { cpuMs: 50 },
    migrations: [{ tag: "v1", newSqliteClasses: ["ChittyAgent"] }],
  },
  hosts: ["finance.{domain}"],
  // The daily look for leases that end.
  crons: ["0 9 * * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "kv", name: "FINANCE_KV", store: "cache" },
    { kind: "r2", name: "FINANCE_R2", store: "storage" },
    { kind: "durable-object", name: "CF_AGENT", className: "ChittyAgent" },
    { kind: "hyperdrive", name: "SERVICE_SCOPE_DB", database: "finance" },
    { kind: "hyperdrive", name: "CHITTYOS_CORE_DB", database: "core", owner: "chittyschema" },
    { kind: "send-email", name: "EMAIL", allowedSenderAddresses: ["finance@chitty.cc", "noreply@chitty.cc"] },
    { kind: "assets", name: "ASSETS" },
    { kind: "var", name: "MODE", value: "system" },
    { kind: "var", name: "NODE_ENV", value: "production" },
    ...secretBindings("DATABASE_URL", "CHITTY_AUTH_SERVICE_TOKEN", "JWT_SECRET", "OAUTH_STATE_SECRET"),
    ...secretBindings("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "WAVE_CLIENT_SECRET"),
  ],
  databases: [{ name: "finance" }],
  secrets: [
    { name: "DATABASE_URL", source: "output", database: "finance" },
    { name: "JWT_SECRET", source: "generated", length: 64, rotateEvery: "180d" },
    { name: "OAUTH_STATE_SECRET", source: "generated", rotateEvery: "180d" },
    ...serviceTokens("CHITTY_AUTH_SERVICE_TOKEN"),
    ...provided("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "WAVE_CLIENT_SECRET"),
  ],
  environments: {
    local: {
      shellCrons: "record",
      bindings: { EMAIL: { allowedSenderAddresses: null }, NODE_ENV: { value: "development" } },
    },
    // Only prod writes from the company's own addresses.
    dev: { bindings: { EMAIL: { allowedSenderAddresses: null }, NODE_ENV: { value: "development" } } },
  },
});
