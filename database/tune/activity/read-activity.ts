import type { Client } from "pg";
import type { DatabaseActivity } from "./activity.ts";
import { readFilters } from "./read-filters.ts";
import { readForeignKeyColumns, readIndexes, readUncoveredForeignKeys } from "./read-indexes.ts";
import { readSequences } from "./read-sequences.ts";
import { readServer } from "./read-server.ts";
import { readSessions } from "./read-sessions.ts";
import { readBloat, readTables } from "./read-tables.ts";

/** Reads everything that the rules look at. Writes nothing. */
export async function readActivity(client: Client): Promise<DatabaseActivity> {
  const server = await readServer(client);
  return {
    ...server,
    now: server.takenAt,
    sessions: await readSessions(client),
    tables: await readTables(client),
    indexes: await readIndexes(client),
    foreignKeyColumns: await readForeignKeyColumns(client),
    uncoveredForeignKeys: await readUncoveredForeignKeys(client),
    sequences: await readSequences(client),
    bloat: await optional(readBloat(client)),
    filters: await optional(readFilters(client)),
  };
}

/** What an extension shows only to some roles is as good as absent for the others. */
async function optional<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "42501" || code === "55000") return undefined;
    throw error;
  }
}
