import { defineService, secretBindings, serviceTokens } from "../define-service.ts";

/** Variable to class, in the order of the migrations that made them. */
const firstObjects = { AI_STATE_DO: "AIStateDO", SYNC_STATE: "SyncStateDurableObject" };
const agents = {
  TRIAGE_AGENT: "TriageAgent",
  PRIORITY_AGENT: "PriorityAgent",
  RESPONSE_AGENT: "ResponseAgent",
  DOCUMENT_AGENT: "DocumentAgent",
  ENTITY_AGENT: "EntityAgent",
  EVIDENCE_AGENT: "EvidenceAgent",
  CALENDAR_AGENT: "CalendarAgent",
  FINANCE_AGENT: "FinanceAgent",
  NOTIFICATION_AGENT: "NotificationAgent",
  INTELLIGENCE_AGENT: "IntelligenceAgent",
  WEBHOOK_AGENT: "WebhookIngestionAgent",
  MESSAGING_AGENT: "MessagingAgent",
};
const laterObjects = {
  MCP_GATEWAY: "ChittyRouterMcpGateway",
  SECURITY_AGENT: "SecurityAgent",
  SCRAPE_AGENT: "ScrapeAgent",
};

export const chittyrouter = defineService({
  name: "chittyrouter",
  short: "router",
  description: "Takes in mail and webhooks, and hands them to agents that triage, answer and file them.",
  family: "chittyos",
  tier: 2,
  owner: "chittyos",
  // Mail of courts and clients passes through it.
  dataClass: "legal",
  hosting: {
    kind: "worker",
    limits: { cpuMs: 30_000 },
    migrations: [
      { tag: "v1", newClasses: Object.values(firstObjects) },
      { tag: "v2", newSqliteClasses: Object.values(agents) },
      { tag: "v3", newSqliteClasses: ["ChittyRouterMcpGateway"] },
      { tag: "v4", newSqliteClasses: ["SecurityAgent"] },
      { tag: "v5", newSqliteClasses: ["ScrapeAgent"] },
    ],
  },
  hosts: ["router.{domain}"],
  crons: ["0 */6 * * *", "0 0 * * *", "*/30 * * * *", "0 */2 * * *", "*/15 * * * *"],
  shellCrons: "hold",
  bindings: [
    ...Object.entries({ ...firstObjects, ...agents, ...laterObjects }).map(([name, className]) => ({
      kind: "durable-object" as const,
      name,
      className,
    })),
    { kind: "kv", name: "AI_CACHE" },
    { kind: "r2", name: "DOCUMENT_STORAGE", store: "documents" },
    { kind: "r2", name: "WEBHOOK_STORAGE", store: "webhooks" },
    { kind: "hyperdrive", name: "HYPERDRIVE", database: "router" },
    { kind: "ai", name: "AI" },
    { kind: "send-email", name: "EMAIL" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    { kind: "var", name: "LOG_LEVEL", value: "WARN" },
    ...secretBindings("COMPTROLLER_HMAC_KEY", "CHITTY_ID_TOKEN"),
  ],
  // The facts name its Hyperdrive and no database: one of its own, as every service has.
  databases: [{ name: "router" }],
  secrets: serviceTokens("COMPTROLLER_HMAC_KEY", "CHITTY_ID_TOKEN"),
  environments: {
    local: { shellCrons: "record", bindings: { LOG_LEVEL: { value: "DEBUG" } } },
    dev: { bindings: { LOG_LEVEL: { value: "INFO" } } },
    prod: { hosting: { placement: "smart", observability: { enabled: true, headSamplingRate: 0.1 } } },
  },
});
