import { z } from "zod";

/** A migration as the database's own bookkeeping has it. The checksum is whatever the runner computes; it is kept and given back unread. */
const recordedMigration = z.object({ name: z.string(), checksum: z.string(), sql: z.string() });
export type RecordedMigration = z.infer<typeof recordedMigration>;

/** Something in the database that its migrations did not make, and that a restore therefore does not bring back. */
const outsideMigrations = z.object({ kind: z.string(), name: z.string(), detail: z.string().optional() });
export type OutsideMigrations = z.infer<typeof outsideMigrations>;

const relation = z.object({ schema: z.string(), name: z.string() });
export type Relation = z.infer<typeof relation>;

const table = relation.extend({
  /** Those that are stored, in order; generated ones are computed again. */
  columns: z.array(z.string()),
  file: z.string(),
  rows: z.number(),
  /** Of the text that COPY gave. */
  bytes: z.number(),
  sha256: z.string(),
  /** Sum of the rows' hashes, computed by Postgres: the same whatever the order of the rows. */
  fingerprint: z.string(),
});
export type TableRecord = z.infer<typeof table>;

const partition = relation.extend({ of: relation, bound: z.string(), key: z.string().nullable() });
export type PartitionRecord = z.infer<typeof partition>;

const sequence = relation.extend({
  /** `schema.name` of the table that it goes with. */
  ofTable: z.string().nullable(),
  lastValue: z.string(),
  isCalled: z.boolean(),
});
export type SequenceRecord = z.infer<typeof sequence>;

/** What is inside a backup besides the rows; encrypted as they are. */
export const contents = z.object({
  migrations: z.array(recordedMigration),
  tables: z.array(table),
  partitions: z.array(partition),
  sequences: z.array(sequence),
  /** Materialised views that had been filled. */
  filledViews: z.array(relation),
  outside: z.array(outsideMigrations),
});
export type Contents = z.infer<typeof contents>;
