import { defineService, secretBindings } from "../define-service.ts";

export const chittyfinance = defineService({
  name: "chittyfinance",
  short: "finance",
  description: "Books, bank connections and reports.",
  family: "chittyos",
  tier: 3,
  owner: "chittyapps-finance",
  dataClass: "financial",
  hosting: {
    kind: "worker",
    limits: { cpuMs: 50 },
    migrations: [{ tag: "v1", newSqliteClasses: ["ChittyAgent"] }],
  },
  hosts: ["finance.{domain}"],
  crons: ["0 9 * * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "kv", name: "FINANCE_KV" },
    { kind: "r2", name: "FINANCE_R2" },
    { kind: "durable-object", name: "CF_AGENT", className: "ChittyAgent" },
    { kind: "hyperdrive", name: "HYPERDRIVE", database: "finance" },
    // Readings that must be current go around Hyperdrive's cache.
    { kind: "hyperdrive", name: "HYPERDRIVE_CORE", database: "core", caching: false },
    { kind: "send-email", name: "EMAIL" },
    { kind: "assets", name: "ASSETS" },
    ...secretBindings("DATABASE_URL", "CHITTY_AUTH_SERVICE_TOKEN", "JWT_SECRET", "OAUTH_STATE_SECRET"),
  ],
  databases: [{ name: "finance" }, { name: "core" }],
  secrets: [
    { name: "DATABASE_URL", source: "output", database: "finance" },
    { name: "CHITTY_AUTH_SERVICE_TOKEN", source: "generated", shared: true, rotateEvery: "90d" },
    { name: "JWT_SECRET", source: "generated", length: 64, rotateEvery: "180d" },
    { name: "OAUTH_STATE_SECRET", source: "generated", rotateEvery: "180d" },
  ],
  environments: { local: { shellCrons: "record" } },
});
