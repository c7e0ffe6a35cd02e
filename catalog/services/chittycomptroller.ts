import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

// The budget controller of the facts; its public configuration has the Worker under the name `comptroller`.
export const chittycomptroller = defineService({
  name: "chittycomptroller",
  short: "comptroller",
  description: "Watches budgets, and degrades or pauses what spends too much.",
  family: "chittyos",
  tier: 1,
  owner: "chittyos",
  dataClass: "financial",
  hosting: { kind: "worker" },
  hosts: ["comptroller.{domain}"],
  crons: ["*/5 * * * *", "0 7 * * *", "0 7 * * 1", "0 9 1 * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "queue", name: "COST_QUEUE", store: "cost-ledger", deadLetter: "cost-ledger-dead" },
    {
      kind: "queue-consumer",
      name: "COST_CONSUMER",
      store: "cost-ledger",
      maxBatchSize: 100,
      maxBatchTimeout: 30,
      maxRetries: 5,
    },
    { kind: "kv", name: "KV_STATE", store: "state" },
    // Budgets are decided on what is stored now, so nothing is read from Hyperdrive's cache.
    { kind: "hyperdrive", name: "NEON_COMPTROLLER", database: "core", owner: "chittyschema", caching: false },
    { kind: "hyperdrive", name: "NEON_COMPTROLLER_WRITER", database: "core", owner: "chittyschema", caching: false },
    { kind: "ai", name: "AI" },
    ...serviceBindings({ SVC_DISCOVERY: "chittydiscovery" }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("COMPTROLLER_HMAC_KEY"),
  ],
  secrets: serviceTokens("COMPTROLLER_HMAC_KEY"),
  environments: { local: { shellCrons: "record" } },
});
