import { type Client, escapeIdentifier } from "pg";
import { label, quoted } from "./catalog.ts";
import type { Relation } from "./contents.ts";
import { databaseError } from "./database-error.ts";
import type { Manifest } from "./manifest.ts";
import { type Connect, openSessions } from "./sessions.ts";

export interface DrillChecks {
  /** Each selects one boolean, which must be true. */
  checks?: readonly { name: string; sql: string }[];
  /** `sql` selects one timestamp with time zone, which may be at most `within` seconds before the recovery point. */
  newestRecord?: { sql: string; within: number };
  signal?: AbortSignal;
}

export interface DrillCheck {
  name: string;
  passed: boolean;
  /** Never a value out of a row, but for the newest record's time. */
  found: string;
}

type Found = Omit<DrillCheck, "name">;

/** Looks at a restored database, without changing it. */
export async function runDrillChecks(
  connect: Connect,
  manifest: Manifest,
  { checks = [], newestRecord, signal = new AbortController().signal }: DrillChecks,
): Promise<DrillCheck[]> {
  const sessions = openSessions(connect, signal);
  try {
    const client = await sessions.open();
    const run = async (name: string, check: () => Promise<Found>): Promise<DrillCheck> => {
      await client.query("begin read only");
      try {
        return { name, ...(await check()) };
      } catch (error) {
        const told = databaseError(error, "It cannot be run");
        return { name, passed: false, found: (told as Error).message };
      } finally {
        await client.query("rollback");
      }
    };
    const all = [await run("foreign keys", () => findOrphans(client))];
    if (newestRecord) all.push(await run("newest record", () => findNewest(client, newestRecord, manifest)));
    for (const { name, sql } of checks) {
      all.push(await run(name, async () => isTrue(await client.query({ text: sql, rowMode: "array" }))));
    }
    return all;
  } finally {
    await sessions.end();
  }
}

function isTrue({ rows }: { rows: unknown[][] }): Found {
  const value = rows[0]?.[0];
  if (typeof value === "boolean") return { passed: value, found: `${value}` };
  return { passed: false, found: rows.length === 0 ? "no row" : "something else than a boolean" };
}

async function findNewest(
  client: Client,
  { sql, within }: { sql: string; within: number },
  { recoveryPoint }: Manifest,
): Promise<Found> {
  const { rows } = await client.query({ text: sql, rowMode: "array" });
  const newest: unknown = rows[0]?.[0];
  if (!(newest instanceof Date)) return { passed: false, found: "no record with a time" };
  const before = (Date.parse(recoveryPoint) - newest.getTime()) / 1000;
  return {
    passed: before <= within,
    found: `${newest.toISOString()}, ${before.toFixed(1)} s before the recovery point; at most ${within} s are allowed`,
  };
}

interface ForeignKey extends Relation {
  constraint: string;
  columns: string[];
  parent: Relation;
  parentColumns: string[];
  isChecked: boolean;
}

/** Postgres checked them when the restore brought them back; this looks at the rows themselves. */
async function findOrphans(client: Client): Promise<Found> {
  const columnsOf = (table: string, key: string) =>
    `array(select a.attname::text from unnest(x.${key}) with ordinality k(number, place)
       join pg_attribute a on a.attrelid = x.${table} and a.attnum = k.number order by k.place)`;
  // Those over periods compare ranges, not values.
  const { rows } = await client.query<ForeignKey>(
    `select n.nspname as schema, c.relname as name, x.conname as constraint, ${columnsOf("conrelid", "conkey")} as columns,
       json_build_object('schema', pn.nspname, 'name', p.relname) as parent, ${columnsOf("confrelid", "confkey")} as "parentColumns",
       x.convalidated and coalesce(to_jsonb(x) ->> 'conperiod', 'false') = 'false' as "isChecked"
     from pg_constraint x
     join pg_class c on c.oid = x.conrelid join pg_namespace n on n.oid = c.relnamespace
     join pg_class p on p.oid = x.confrelid join pg_namespace pn on pn.oid = p.relnamespace
     where x.contype = 'f' and x.conparentid = 0 order by 1, 2, 3`,
  );
  const orphaned: string[] = [];
  const checked = rows.filter(({ isChecked }) => isChecked);
  for (const key of checked) {
    const child = key.columns.map((column) => `child.${escapeIdentifier(column)}`);
    const same = key.parentColumns.map((column, index) => `parent.${escapeIdentifier(column)} = ${child[index]}`);
    const counted = await client.query(
      `select count(*)::float8 as orphans from ${quoted(key)} child where ${child.map((one) => `${one} is not null`).join(" and ")}
         and not exists (select from ${quoted(key.parent)} parent where ${same.join(" and ")})`,
    );
    const { orphans } = counted.rows[0];
    if (orphans > 0) orphaned.push(`${orphans} rows of ${label(key)} refer to nothing by ${key.constraint}`);
  }
  const others = rows.length - checked.length;
  const found = orphaned.join(", ") || `${checked.length} foreign keys, no orphan`;
  return { passed: orphaned.length === 0, found: others > 0 ? `${found}; ${others} NOT VALID or over periods` : found };
}
