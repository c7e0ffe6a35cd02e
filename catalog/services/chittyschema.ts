import { defineService, secretBindings } from "../define-service.ts";

/** The databases whose drift it looks for, by the name its code knows them under. */
const watched = {
  CHITTYOS_CORE_DB_URL: { owner: undefined, database: "core" },
  CHITTYLEDGER_DB_URL: { owner: "chittyledger", database: "ledger" },
  CHITTYEVIDENCE_DB_URL: { owner: "chittyevidence", database: "evidence" },
  CHITTYCOMMAND_DB_URL: { owner: "chittycommand", database: "command" },
  CHITTYCONNECT_DB_URL: { owner: "chittyconnect", database: "connect" },
};

export const chittyschema = defineService({
  name: "chittyschema",
  short: "schema",
  description: "The canonical schemas, and the hourly search for databases that drifted from them.",
  family: "chittyos",
  tier: 1,
  owner: "chittyfoundation",
  dataClass: "internal",
  hosting: { kind: "worker" },
  hosts: ["schema.{domain}"],
  crons: ["0 * * * *"],
  shellCrons: "hold",
  bindings: [
    { kind: "kv", name: "REGISTRY_KV", store: "registry" },
    { kind: "kv", name: "BEACON_STORE", store: "beacon" },
    { kind: "kv", name: "CANON_CACHE" },
    { kind: "r2", name: "CANONICAL_SCHEMAS" },
    { kind: "r2", name: "DRIFT_ARCHIVE" },
    { kind: "queue", name: "DRIFT_QUEUE", store: "drift-scan", deadLetter: "drift-scan-dead" },
    { kind: "queue-consumer", name: "DRIFT_CONSUMER", store: "drift-scan", maxBatchSize: 25 },
    { kind: "var", name: "ENVIRONMENT", value: "{environment}" },
    ...secretBindings(...Object.keys(watched)),
  ],
  // The core database holds the tables that services share; it belongs to the one that keeps the schemas.
  databases: [{ name: "core" }],
  secrets: Object.entries(watched).map(([name, { owner, database }]) => ({
    name,
    source: "output" as const,
    database,
    ...(owner !== undefined && { owner }),
  })),
  environments: { local: { shellCrons: "record" } },
});
