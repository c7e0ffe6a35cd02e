import { defineService, secretBindings, serviceBindings, serviceTokens } from "../define-service.ts";

// Named in the audit with a wrangler.toml of its own; there is no public repository. The bindings are the least such a service needs.
export const legalConsultant = defineService({
  name: "legal-consultant",
  short: "legal",
  description: "Answers legal questions from documents and cases.",
  family: "chittyos",
  tier: 4,
  owner: "chittyos",
  dataClass: "legal",
  hosting: { kind: "worker" },
  hosts: ["legal.{domain}"],
  bindings: [
    { kind: "r2", name: "DOCUMENTS" },
    { kind: "kv", name: "SESSIONS" },
    { kind: "ai", name: "AI" },
    ...serviceBindings({ SVC_EVIDENCE: "chittyevidence" }),
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("CHITTY_EVIDENCE_TOKEN"),
  ],
  secrets: serviceTokens("CHITTY_EVIDENCE_TOKEN"),
});
