/** Accepts every finding of one rule in one migration. */
export interface Waiver {
  rule: string;
  /** Why it is safe here. Must not be empty. */
  reason: string;
}

export interface ColumnFacts {
  /** As `format_type` prints it, e.g. `character varying(20)`. */
  type: string;
  notNull: boolean;
}

export interface TableFacts {
  /** Estimated number of rows. */
  rows: number;
  /** Size on disk with its indexes. */
  bytes: number;
  columns: Record<string, ColumnFacts>;
  /** Constraints by name; the definition as `pg_get_constraintdef` prints it. */
  constraints: Record<string, { definition: string; validated: boolean }>;
  /** A partitioned table cannot have an index built CONCURRENTLY. */
  partitioned: boolean;
}

/** What is known of the database a migration will run on; `readDatabaseFacts` reads it. */
export interface DatabaseFacts {
  /** Tables and materialised views, by name; those outside schema `public` as `schema.name`. */
  tables: Record<string, TableFacts>;
  /** Indexes by name, written as tables are. An invalid one is what a failed CONCURRENTLY left behind. */
  indexes: Record<string, { table: string; valid: boolean }>;
  /** What views use: `table` and `table.column`. */
  readByViews: readonly string[];
}

export interface MigrationToLint {
  /** Text of the migration: any number of statements. */
  sql: string;
  /** Whether the runner wraps the whole text in one transaction. */
  transaction: boolean;
  /** `expand` runs while the old version serves; `contract` when no old version is live or can come back. */
  phase: "expand" | "contract";
  waivers?: readonly Waiver[];
  /** Absent: nothing is known, and every table counts as big. */
  database?: DatabaseFacts;
  /** Tables that earlier pending migrations create (`newTablesOf` them): nobody uses those yet. */
  newTables?: readonly string[];
  /** What live code is known to use still: `table`, `table.column`, `view`, `function`. Refused in the contract phase too. */
  stillRead?: readonly string[];
  /** Extensions that migrations may create. Default: none. */
  extensions?: readonly string[];
}
