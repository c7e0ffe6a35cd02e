import { type ClientBase, escapeIdentifier, escapeLiteral } from "pg";
import { BackupFailed } from "./backup-failed.ts";
import { quoted } from "./catalog.ts";
import type { Relation } from "./contents.ts";
import { beginUnhurried } from "./table-data.ts";

/** What stands in the way of loading rows in any order, and comes back when they are loaded. */
export interface LoadGuards {
  constraints: Constraint[];
  triggers: (Relation & { trigger: string; state: "A" | "O" | "R" })[];
  /** Tables whose owner is subject to row-level security too. */
  forced: Relation[];
}

interface Constraint extends Relation {
  constraint: string;
  definition: string;
  comment: string | null;
}

/**
 * Takes away, in one transaction, what an owner who is no superuser may take away (`session_replication_role` is not for them): foreign keys, so that
 * rows load in any order and in parallel, cycles included; constraints that are NOT VALID, since old rows may break them; user triggers; forced
 * row-level security. Then empties the tables of what migrations put into them.
 */
export async function lowerGuards(client: ClientBase, tables: readonly Relation[]): Promise<LoadGuards> {
  await client.query(`${beginUnhurried}; set local search_path = ''`);
  const guards = await readGuards(client);
  for (const one of guards.constraints) {
    await client.query(`alter table ${quoted(one)} drop constraint ${escapeIdentifier(one.constraint)}`);
  }
  for (const one of guards.triggers) {
    await client.query(`alter table only ${quoted(one)} disable trigger ${escapeIdentifier(one.trigger)}`);
  }
  for (const one of guards.forced) await client.query(`alter table ${quoted(one)} no force row level security`);
  if (tables.length > 0) await client.query(`truncate ${tables.map((table) => `only ${quoted(table)}`).join(", ")}`);
  await client.query("commit");
  return guards;
}

/** Brings all of it back. Adding a foreign key checks every row. @throws BackupFailed `not-equal` where something did not come back as it was. */
export async function raiseGuards(client: ClientBase, guards: LoadGuards): Promise<void> {
  await client.query(`${beginUnhurried}; set local search_path = ''`);
  for (const { constraint, definition, comment, ...table } of guards.constraints) {
    const name = escapeIdentifier(constraint);
    await client.query(`alter table ${quoted(table)} add constraint ${name} ${definition}`);
    if (comment === null) continue;
    await client.query(`comment on constraint ${name} on ${quoted(table)} is ${escapeLiteral(comment)}`);
  }
  for (const { trigger, state, ...table } of guards.triggers) {
    const how = { O: "enable", R: "enable replica", A: "enable always" }[state];
    await client.query(`alter table only ${quoted(table)} ${how} trigger ${escapeIdentifier(trigger)}`);
  }
  for (const one of guards.forced) await client.query(`alter table ${quoted(one)} force row level security`);
  const now = await readGuards(client);
  await client.query("commit");
  if (JSON.stringify(now) === JSON.stringify(guards)) return;
  throw new BackupFailed("not-equal", "Constraints or triggers are not what they were before the rows were loaded.", {
    remedy: "Something else changed the schema during the restore: drop the database and restore again.",
  });
}

async function readGuards(client: ClientBase): Promise<LoadGuards> {
  const ofTable = `join pg_class c on c.oid = x.relation join pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;
  const constraints = await client.query(
    `select n.nspname as schema, c.relname as name, x.conname as constraint, pg_get_constraintdef(x.oid) as definition,
       obj_description(x.oid, 'pg_constraint') as comment
     from (select conrelid as relation, * from pg_constraint where conparentid = 0 and conislocal and coninhcount = 0) x ${ofTable}
       and (x.contype = 'f' or not x.convalidated) order by 1, 2, 3`,
  );
  const triggers = await client.query(
    `select n.nspname as schema, c.relname as name, x.tgname as trigger, x.tgenabled as state
     from (select tgrelid as relation, * from pg_trigger where not tgisinternal and tgenabled <> 'D') x ${ofTable}
       and c.relkind in ('r', 'p') order by 1, 2, 3`,
  );
  const forced = await client.query(
    `select n.nspname as schema, c.relname as name
     from (select oid as relation from pg_class where relforcerowsecurity) x ${ofTable} order by 1, 2`,
  );
  return { constraints: constraints.rows, triggers: triggers.rows, forced: forced.rows };
}
