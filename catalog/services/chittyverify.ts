import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

// Its repository holds the application and no Worker configuration; the bindings are the least that its charter needs.
export const chittyverify = defineService({
  name: "chittyverify",
  short: "verify",
  description: "Verifies evidence: hashes, chain of custody, contradictions.",
  family: "chittyos",
  // Tier 1 is what its charter says.
  tier: 1,
  owner: "chittyfoundation",
  dataClass: "legal",
  hosting: { kind: "worker" },
  hosts: ["verify.{domain}"],
  bindings: [
    { kind: "kv", name: "VERIFY_CACHE", store: "cache" },
    { kind: "ai", name: "AI" },
    // The ledger asks it before it takes an entry, and it asks the ledger what is there already: a cycle on purpose.
    ...serviceBindings({ SVC_LEDGER: "chittyledger", SVC_EVIDENCE: "chittyevidence" }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_LEDGER_TOKEN", "CHITTY_EVIDENCE_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_LEDGER_TOKEN", "CHITTY_EVIDENCE_TOKEN"),
});
