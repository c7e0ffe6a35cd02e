import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

// Bound by chittyconnect and named in its public configuration; documents in R2, their records in Postgres.
export const chittyevidence = defineService({
  name: "chittyevidence",
  short: "evidence",
  description: "Takes in documents as evidence and keeps their custody.",
  family: "chittyos",
  tier: 2,
  owner: "chittyapps",
  dataClass: "legal",
  hosting: { kind: "worker" },
  hosts: ["evidence.{domain}"],
  bindings: [
    { kind: "r2", name: "EVIDENCE" },
    { kind: "hyperdrive", name: "HYPERDRIVE", database: "evidence" },
    { kind: "queue", name: "CUSTODY_Q", store: "custody", deadLetter: "custody-dead" },
    { kind: "queue-consumer", name: "CUSTODY_CONSUMER", store: "custody" },
    ...serviceBindings({ SVC_LEDGER: "chittyledger" }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("DATABASE_URL", "CHITTY_EVIDENCE_TOKEN", "CHITTY_LEDGER_TOKEN"),
  ],
  databases: [{ name: "evidence" }],
  secrets: [
    { name: "DATABASE_URL", source: "output", database: "evidence" },
    ...serviceTokens("CHITTY_EVIDENCE_TOKEN", "CHITTY_LEDGER_TOKEN"),
  ],
});
