import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

// Bound by chittyconnect and named in its public configuration; what it binds itself is the least it needs.
export const chittyledger = defineService({
  name: "chittyledger",
  short: "ledger",
  description: "The ledger of things, evidence and their history.",
  family: "chittyos",
  tier: 1,
  owner: "chittyapps",
  dataClass: "legal",
  hosting: { kind: "worker" },
  hosts: ["ledger.{domain}"],
  bindings: [
    { kind: "hyperdrive", name: "HYPERDRIVE", database: "ledger" },
    { kind: "kv", name: "LEDGER_CACHE", store: "cache" },
    ...serviceBindings({ SVC_VERIFY: "chittyverify" }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("DATABASE_URL", "CHITTY_LEDGER_TOKEN"),
  ],
  databases: [{ name: "ledger" }],
  secrets: [{ name: "DATABASE_URL", source: "output", database: "ledger" }, ...serviceTokens("CHITTY_LEDGER_TOKEN")],
});
