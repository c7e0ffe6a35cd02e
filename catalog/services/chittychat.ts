import { defineService, secretBindings, serviceTokens } from "../define-service.ts";

export const chittychat = defineService({
  name: "chittychat",
  short: "chat",
  description: "Chat and project workspace, with an MCP server that creates tasks.",
  family: "chittyos",
  tier: 4,
  owner: "chittyapps",
  dataClass: "personal",
  hosting: {
    kind: "replit",
    // The address is not public: by convention.
    url: "https://chittychat.replit.app",
    worker: { migrations: [{ tag: "v1", newSqliteClasses: ["ChittyOSPlatformState", "AIGatewayState", "SyncState"] }] },
  },
  // Its Worker configuration claims 15 hosts. These eight are the ones that belong to no other service.
  hosts: [
    "chat.{domain}",
    "ai.{domain}",
    "canon.{domain}",
    "cases.{domain}",
    "email.{domain}",
    "langchain.{domain}",
    "sync.{domain}",
    "viewer.{domain}",
  ],
  crons: ["*/1 * * * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "ai", name: "AI" },
    { kind: "durable-object", name: "PLATFORM_STATE", className: "ChittyOSPlatformState" },
    { kind: "durable-object", name: "AI_GATEWAY_STATE", className: "AIGatewayState" },
    { kind: "durable-object", name: "SYNC_STATE", className: "SyncState" },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings("NEON_DATABASE_URL", "CHITTY_SYNC_TOKEN"),
  ],
  databases: [{ name: "chat" }],
  secrets: [{ name: "NEON_DATABASE_URL", source: "output", database: "chat" }, ...serviceTokens("CHITTY_SYNC_TOKEN")],
  environments: { local: { shellCrons: "record" } },
});
