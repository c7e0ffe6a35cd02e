import {
  defineService,
  externalBindings,
  provided,
  secretBindings,
  serviceBindings,
  serviceTokens,
} from "../define-service.ts";

/** Tokens it shows to the other services. */
const tokens = [
  "CHITTY_ID_TOKEN",
  "CHITTY_AUTH_TOKEN",
  "CHITTY_AUTH_SERVICE_TOKEN",
  "CHITTY_REGISTRY_TOKEN",
  "CHITTY_CHRONICLE_TOKEN",
  "CHITTY_CASES_TOKEN",
  "CHITTY_FINANCE_TOKEN",
  "CHITTY_EVIDENCE_TOKEN",
  "CHITTY_SYNC_TOKEN",
  "CHITTY_PROOF_TOKEN",
  "CHITTY_CONTEXTUAL_TOKEN",
  "CHITTY_TASK_TOKEN",
  "CHITTY_TRACK_TOKEN",
  "CHITTY_DISPUTES_TOKEN",
  "CHITTY_LEDGER_TOKEN",
  "CHITTYCONNECT_SERVICE_TOKEN",
];

/** Made here and known to it alone. */
const generated = ["CHITTYMINT_SECRET", "ENCRYPTION_KEY", "INTERNAL_WEBHOOK_SECRET", "SECRETS_PORTAL_AES_KEY"];

/** What other companies gave out. */
const thirdParty = [
  "GITHUB_APP_PK",
  "GITHUB_WEBHOOK_SECRET",
  "NOTION_TOKEN",
  "OPENAI_API_KEY",
  "GDRIVE_CLIENT_SECRET",
  "OLLAMA_CF_CLIENT_SECRET",
  "TWILIO_AUTH_TOKEN",
  "AI_SEARCH_TOKEN",
  "QUO_API_KEY",
  "NEON_API_KEY",
  "ONEPASSWORD_CONNECT_TOKEN",
];

/** In the account's Secrets Store, since several Workers of other owners read the same entries. */
const stored = [
  "CH1TTY_MCP_TOKEN",
  "CF_ACCESS_CLIENT_ID_CHITTYCOMMAND",
  "CF_ACCESS_CLIENT_SECRET_CHITTYCOMMAND",
  "CF_ACCESS_CLIENT_ID_CHITTYAGENT",
  "CF_ACCESS_CLIENT_SECRET_CHITTYAGENT",
  "CF_ACCESS_CLIENT_ID_CHITTYFINANCE",
  "CF_ACCESS_CLIENT_SECRET_CHITTYFINANCE",
  "MERCURY_OIDC_CLIENT_SECRET",
  "MERCURY_EGRESS_ACCESS_CLIENT_SECRET",
  // Bound under three names today; one of them is kept.
  "CHITTYAUTH_ISSUED_MINT_API_KEY",
];

export const chittyconnect = defineService({
  name: "chittyconnect",
  short: "connect",
  description: "The hub: context, memory, credentials, and the door to third parties.",
  family: "chittyos",
  tier: 2,
  owner: "chittyos",
  // It hands out credentials.
  dataClass: "credential",
  hosting: {
    kind: "worker",
    compatibilityFlags: ["nodejs_compat", "global_fetch_strictly_public"],
    // An earlier class was created and deleted again before; nothing here has to repeat that.
    migrations: [
      { tag: "v1", newClasses: ["SessionStateDO"] },
      { tag: "v2", newSqliteClasses: ["McpConnectAgent"] },
    ],
  },
  hosts: ["connect.{domain}"],
  crons: ["0 * * * *", "*/5 * * * *", "*/50 * * * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "kv", name: "IDEMP_KV", store: "idempotency" },
    { kind: "kv", name: "TOKEN_KV", store: "tokens" },
    { kind: "kv", name: "API_KEYS" },
    { kind: "kv", name: "OAUTH_KV", store: "oauth" },
    { kind: "kv", name: "CREDENTIAL_CACHE" },
    { kind: "kv", name: "RATE_LIMIT" },
    { kind: "kv", name: "TENANT_CONNECTIONS" },
    { kind: "r2", name: "FILES" },
    { kind: "d1", name: "DB", store: "connect" },
    { kind: "durable-object", name: "SESSION_STATE", className: "SessionStateDO" },
    { kind: "durable-object", name: "MCP_AGENT", className: "McpConnectAgent" },
    { kind: "queue", name: "EVENT_Q", store: "github-events", deadLetter: "github-events-dead" },
    { kind: "queue", name: "PROOF_Q", store: "documint-proofs", deadLetter: "documint-proofs-dead" },
    { kind: "queue-consumer", name: "EVENT_CONSUMER", store: "github-events" },
    { kind: "queue-consumer", name: "PROOF_CONSUMER", store: "documint-proofs", maxBatchSize: 10, maxRetries: 5 },
    { kind: "ai", name: "AI" },
    { kind: "vectorize", name: "MEMORY_VECTORIZE", index: "memory" },
    { kind: "vectorize", name: "CONTEXT_VECTORIZE", index: "context" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    { kind: "var", name: "CHITTYOS_DOMAIN", value: "{domain}" },
    ...serviceBindings({
      SVC_LEDGER: "chittyledger",
      SVC_FINANCE: "chittyfinance",
      SVC_ID: "chittyid",
      SVC_EVIDENCE: "chittyevidence",
      SVC_CHRONICLE: "chittychronicle",
      SVC_SCORE: "chittyscore",
      SVC_STORAGE: "chittystorage",
    }),
    ...externalBindings({
      SVC_TASKS: "chittyagent-tasks",
      SVC_CONCIERGE: "chittyconcierge",
      SVC_CONTEXTUAL: "chittycontextual",
    }),
    ...secretBindings("NEON_DATABASE_URL", ...tokens, ...generated, ...thirdParty),
    ...stored.map((name) => ({ kind: "secrets-store" as const, name })),
  ],
  databases: [{ name: "connect" }],
  secrets: [
    { name: "NEON_DATABASE_URL", source: "output", database: "connect" },
    ...serviceTokens(...tokens),
    ...generated.map((name) => ({ name, source: "generated" as const, rotateEvery: "180d" })),
    ...provided(...thirdParty, ...stored),
  ],
  environments: { local: { shellCrons: "record" } },
});
