import type { SchemaStep } from "../../storage/migrate.ts";
import { deliveryTables } from "../delivery/delivery-tables.ts";
import { ruleTables } from "./rule-keeper.ts";

/** What the event hub's storage holds. */
export const hubSchema: readonly SchemaStep[] = [
  [
    "CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT, id TEXT, type TEXT, family TEXT, at INTEGER, body TEXT, UNIQUE (source, id))",
    "CREATE INDEX IF NOT EXISTS events_type ON events (type, sequence)",
  ],
  deliveryTables,
  ruleTables,
];
