import type { SchemaStep } from "../../storage/migrate.ts";
import { alertTables } from "../alerts/alert-tables.ts";
import { deliveryTables } from "../delivery/delivery-tables.ts";
import { outboxTables } from "../events/event-outbox.ts";

/** What the incident desk's storage holds. */
export const deskSchema: readonly SchemaStep[] = [
  [
    "CREATE TABLE IF NOT EXISTS incidents (number INTEGER PRIMARY KEY AUTOINCREMENT, family TEXT, fingerprint TEXT, resolved INTEGER, severity TEXT, subject TEXT, opened INTEGER, body TEXT)",
    // There is one that is not resolved at most.
    "CREATE UNIQUE INDEX IF NOT EXISTS incidents_current ON incidents (fingerprint, family) WHERE resolved = 0",
    "CREATE INDEX IF NOT EXISTS incidents_shown ON incidents (resolved, number)",
    "CREATE INDEX IF NOT EXISTS incidents_subject ON incidents (subject, number)",
    "CREATE TABLE IF NOT EXISTS timeline (number INTEGER PRIMARY KEY, incident INTEGER, entry TEXT)",
    "CREATE INDEX IF NOT EXISTS timeline_incident ON timeline (incident)",
    "CREATE TABLE IF NOT EXISTS affected (incident INTEGER, subject TEXT, PRIMARY KEY (incident, subject)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS reviews (incident INTEGER PRIMARY KEY, review TEXT)",
    "CREATE TABLE IF NOT EXISTS counters (family TEXT, state TEXT, severity TEXT, n INTEGER, PRIMARY KEY (family, state, severity)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS changes (id TEXT PRIMARY KEY, at INTEGER, family TEXT, subject TEXT, text TEXT)",
    "CREATE INDEX IF NOT EXISTS changes_at ON changes (at)",
    "CREATE TABLE IF NOT EXISTS suspects (incident INTEGER, at INTEGER, subject TEXT, text TEXT)",
    "CREATE INDEX IF NOT EXISTS suspects_incident ON suspects (incident)",
    ...outboxTables,
  ],
  [...deliveryTables, ...alertTables],
  ["CREATE INDEX incidents_resolved_at ON incidents (json_extract(body, '$.resolvedAt'))"],
];
