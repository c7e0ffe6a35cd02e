import { defineService, secretBindings } from "../define-service.ts";

export const chittyscore = defineService({
  name: "chittyscore",
  short: "score",
  description: "Scores trust in six dimensions.",
  family: "chittyos",
  tier: 4,
  owner: "chittyfoundation",
  dataClass: "personal",
  // A Python application on Replit, and the Worker in front of it that chittyconnect binds. The address is not public: by convention.
  hosting: { kind: "replit", url: "https://chittyscore.replit.app", worker: {} },
  hosts: ["score.{domain}"],
  bindings: [
    { kind: "ai", name: "AI" },
    { kind: "kv", name: "TRUST_CACHE" },
    { kind: "d1", name: "TRUST_DB", store: "trust" },
    { kind: "r2", name: "EVIDENCE_STORE", store: "evidence" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("SCORE_API_KEY"),
  ],
  // What the Worker shows to the application behind it.
  secrets: [{ name: "SCORE_API_KEY", source: "generated", rotateEvery: "180d" }],
});
