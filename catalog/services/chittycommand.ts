import { defineService, provided, secretBindings, serviceTokens } from "../define-service.ts";

export const chittycommand = defineService({
  name: "chittycommand",
  short: "command",
  description: "The command centre for obligations, disputes and cash flow.",
  family: "chittyos",
  tier: 3,
  owner: "chittyos",
  dataClass: "financial",
  hosting: { kind: "worker" },
  hosts: ["command.{domain}", "disputes.{domain}"],
  crons: ["0 12 * * *", "0 13 * * *", "0 14 * * 1", "0 15 1 * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "hyperdrive", name: "HYPERDRIVE", database: "command" },
    { kind: "r2", name: "DOCUMENTS" },
    { kind: "kv", name: "COMMAND_KV", store: "state" },
    { kind: "ai", name: "AI" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    { kind: "var", name: "PLAID_ENV", value: "sandbox" },
    ...secretBindings("DATABASE_URL", "CHITTY_AUTH_SERVICE_TOKEN", "PLAID_SECRET"),
  ],
  databases: [{ name: "command" }],
  secrets: [
    { name: "DATABASE_URL", source: "output", database: "command" },
    ...serviceTokens("CHITTY_AUTH_SERVICE_TOKEN"),
    ...provided("PLAID_SECRET"),
  ],
  environments: {
    local: { shellCrons: "record" },
    prod: { bindings: { PLAID_ENV: { value: "production" } } },
  },
});
