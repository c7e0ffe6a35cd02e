import { type ClientBase, escapeIdentifier, escapeLiteral } from "pg";
import { BackupFailed } from "./backup-failed.ts";
import { label, quoted, readPartitions, readSequences, readTableShapes, type TableShape } from "./catalog.ts";
import type { Contents, PartitionRecord, Relation, SequenceRecord, TableRecord } from "./contents.ts";

/** Whatever somebody made in a database: not of Postgres, not of an extension. */
const madeObjects = `
  select 'schema' as kind, n.nspname as name from pg_namespace n
    where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
      and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')
  union all
  select 'relation', c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  union all
  select 'function', p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public'
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  union all
  select 'type', t.oid::regtype::text from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname = 'public' and t.typtype in ('e', 'd')
      and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
  order by 1 desc, 2`;

/** @throws BackupFailed `not-empty` */
export async function refuseNonEmpty(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ kind: string; name: string }>(madeObjects);
  if (rows.length === 0) return;
  const some = rows.slice(0, 10).map(({ kind, name }) => `${kind} ${name}`);
  const more = rows.length > some.length ? ` and ${rows.length - some.length} more` : "";
  throw new BackupFailed("not-empty", `The database to restore into holds ${some.join(", ")}${more}.`, {
    expected: "an empty database",
    remedy: "Restore into a new database or branch, or say that this one is to be replaced.",
  });
}

/** Drops all that is in the database, and leaves an empty schema `public` as a new database has it. All or nothing. */
export async function emptyDatabase(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; owner: string; comment: string | null }>(
    `select n.nspname as name, r.rolname as owner, obj_description(n.oid, 'pg_namespace') as comment from pg_namespace n join pg_roles r on r.oid = n.nspowner
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')`,
  );
  await client.query("begin");
  for (const { name, owner, comment } of rows) {
    await client.query(`drop schema ${escapeIdentifier(name)} cascade`);
    if (name !== "public") continue;
    await client.query("create schema public; grant usage on schema public to public");
    // What a new database has there is no difference that somebody made.
    if (comment !== null) await client.query(`comment on schema public is ${escapeLiteral(comment)}`);
    await client.query(`alter schema public owner to ${escapeIdentifier(owner)}`);
  }
  await client.query("commit");
}

export interface ComparedSchema {
  tables: TableRecord[];
  madePartitions: PartitionRecord[];
  leftOut: Relation[];
  /** In the target and not in the backup: what migrations make and somebody dropped by hand. */
  notInBackup: Relation[];
}

/**
 * Compares what the migrations made with what the backup holds. Partitions that a job made are made again, since their parent says what they are.
 * @throws BackupFailed `schema-differs` with every difference.
 */
export async function compareSchema(
  client: ClientBase,
  contents: Contents,
  leaveOut: readonly string[],
): Promise<ComparedSchema> {
  const tables = contents.tables.filter((table) => !leaveOut.includes(label(table)));
  const madePartitions = await makePartitions(client, contents, leaveOut);
  const shapes = await readTableShapes(client);
  const found = new Map(shapes.map((shape) => [label(shape), shape]));
  const sequences = new Set((await readSequences(client)).map(label));
  const differences = [
    ...tables.flatMap((table) => differencesOf(table, found.get(label(table)))),
    ...wantedSequences(contents, leaveOut)
      .filter((sequence) => !sequences.has(label(sequence)))
      .map((sequence) => `sequence ${label(sequence)} is not made by the migrations`),
  ];
  if (differences.length > 0) {
    throw new BackupFailed(
      "schema-differs",
      `The backup holds what its migrations do not make:\n- ${differences.join("\n- ")}`,
      {
        remedy: "Give a migration that makes it, or name the tables and sequences to leave out.",
      },
    );
  }
  const known = new Set(contents.tables.map(label));
  return {
    tables,
    madePartitions,
    leftOut: contents.tables
      .filter((table) => leaveOut.includes(label(table)))
      .map(({ schema, name }) => ({ schema, name })),
    notInBackup: shapes.filter((shape) => !known.has(label(shape))).map(({ schema, name }) => ({ schema, name })),
  };
}

function differencesOf(table: TableRecord, found: TableShape | undefined): string[] {
  if (!found) return [`table ${label(table)} (${table.rows} rows) is not made by the migrations`];
  return table.columns
    .filter((column) => !found.columns.includes(column))
    .map((column) => `column ${JSON.stringify(column)} of ${label(table)} is not made by the migrations`);
}

async function makePartitions(
  client: ClientBase,
  { partitions }: Contents,
  leaveOut: readonly string[],
): Promise<PartitionRecord[]> {
  const present = new Set((await readPartitions(client)).map(label));
  const { rows } = await client.query(
    "select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'p'",
  );
  const parents = new Set(rows.map(label));
  const made: PartitionRecord[] = [];
  for (const one of partitions) {
    if (present.has(label(one)) || leaveOut.includes(label(one)) || !parents.has(label(one.of))) continue;
    const key = one.key === null ? "" : `partition by ${one.key}`;
    await client.query(`create table ${quoted(one)} partition of ${quoted(one.of)} ${one.bound} ${key}`);
    if (one.key !== null) parents.add(label(one));
    made.push(one);
  }
  return made;
}

/** All but those that are left out, by themselves or with their table. */
export function wantedSequences({ sequences }: Contents, leaveOut: readonly string[]): SequenceRecord[] {
  return sequences.filter((one) => !leaveOut.includes(label(one)) && !(one.ofTable && leaveOut.includes(one.ofTable)));
}

export async function setSequences(client: ClientBase, sequences: readonly SequenceRecord[]): Promise<void> {
  for (const { lastValue, isCalled, ...sequence } of sequences) {
    await client.query(`select setval(${escapeLiteral(quoted(sequence))}, ${lastValue}, ${isCalled})`);
  }
}
