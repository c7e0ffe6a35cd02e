import type { ForeignKeyColumns, IndexActivity, UncoveredForeignKey } from "./read-indexes.ts";
import type { SequenceUse } from "./read-sequences.ts";
import type { ServerActivity } from "./read-server.ts";
import type { Session } from "./read-sessions.ts";
import type { Bloat, TableActivity } from "./read-tables.ts";

/** What a database has been doing, read from its statistics in one go. Sizes are bytes. */
export interface DatabaseActivity extends ServerActivity {
  /** What the rules take for now: the time of the server, unless the caller said another. */
  now: Date;
  sessions: readonly Session[];
  tables: readonly TableActivity[];
  indexes: readonly IndexActivity[];
  /** Of every foreign key. */
  foreignKeyColumns: readonly ForeignKeyColumns[];
  uncoveredForeignKeys: readonly UncoveredForeignKey[];
  sequences: readonly SequenceUse[];
  /** Absent: `pgstattuple` is not installed, or may not be used. */
  bloat: readonly Bloat[] | undefined;
  /** Columns compared with a value, by table (`schema.table`), from the statements that ran; absent: `pg_stat_statements` cannot be read. */
  filters: ReadonlyMap<string, readonly Filter[]> | undefined;
}

/** Columns that one statement compares with values, and how often it ran. */
export interface Filter {
  columns: readonly string[];
  calls: number;
}
