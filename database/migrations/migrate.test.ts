import { afterAll, beforeAll, expect, it } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { connectionTo } from "./connection.ts";
import { takeLock } from "./lock.ts";
import { type MigrateOptions, migrate } from "./migrate.ts";
import { MigrationFailed } from "./migration-failed.ts";
import { status } from "./status.ts";
import { folderOf, write } from "./testing/folder.ts";

let postgres: ThrowawayPostgres;
let databases = 0;
beforeAll(async () => {
  postgres = await startThrowawayPostgres();
});
afterAll(() => postgres.stop());

async function database() {
  const name = `finance_${++databases}`;
  const connection = connectionTo(await postgres.createDatabase(name));
  const run = (folder: string, options: Partial<MigrateOptions> = {}) =>
    migrate({
      connection,
      folder,
      phase: "expand",
      contractAllowed: { ok: false, why: "version 7 is live" },
      ...options,
    });
  return { name, connection, run, query: (sql: string) => postgres.query(sql, name) };
}

const invoices = "create table invoices (id bigint primary key);\ninsert into invoices values (1);\n";

it("applies what is pending in order, once, and records it", async () => {
  const { run, query } = await database();
  const folder = folderOf({ "0001_invoices.sql": invoices, "0002_due.sql": "alter table invoices add due_at date;" });
  expect((await run(folder)).applied.map(({ name }) => name)).toEqual(["0001_invoices", "0002_due"]);
  expect(await run(folder)).toEqual({ applied: [], held: [] });
  write(folder, { "0003_paid.sql": "alter table invoices add paid_at date;" });
  expect((await run(folder)).applied.map(({ name }) => name)).toEqual(["0003_paid"]);
  expect(
    await query("select number::int, name, state, phase, applied_by from chittyops.migrations order by 1"),
  ).toEqual([
    { number: 1, name: "0001_invoices", state: "applied", phase: "expand", applied_by: "postgres" },
    { number: 2, name: "0002_due", state: "applied", phase: "expand", applied_by: "postgres" },
    { number: 3, name: "0003_paid", state: "applied", phase: "expand", applied_by: "postgres" },
  ]);
  expect(await query("select * from invoices")).toEqual([{ id: "1", due_at: null, paid_at: null }]);
});

it("needs no lock, no right to write and two queries when there is nothing to do", async () => {
  const { run, query, name, connection } = await database();
  const folder = folderOf({ "0001_invoices.sql": invoices });
  await run(folder);
  await query(
    "create role reader login; grant usage on schema chittyops to reader; grant select on chittyops.migrations to reader",
  );
  const holder = await connection.open();
  await takeLock(holder, connection, { waitMs: 0, signal: new AbortController().signal, onWaiting: () => {} });
  const reader = connectionTo(postgres.url(name, "reader"));
  const queries: string[] = [];
  const counted = {
    ...reader,
    open: async () => {
      const client = await reader.open();
      const original = client.query.bind(client);
      client.query = ((sql: string) => {
        queries.push(sql);
        return original(sql);
      }) as typeof client.query;
      return client;
    },
  };
  expect(await run(folder, { connection: counted })).toEqual({ applied: [], held: [] });
  expect(queries).toHaveLength(2);
  await holder.end();
});

it("says of a failed migration where it stopped, keeps nothing of it, and goes on from there", async () => {
  const { run, query } = await database();
  const folder = folderOf({
    "0001_invoices.sql": invoices,
    "0002_lines.sql": "create table lines (id int);\n\n-- the second\ninsert into lines\nvalues (nothing);\n",
    "0003_more.sql": "create table more (id int);",
  });
  const failed = await run(folder).catch((error: unknown) => error);
  if (!(failed instanceof MigrationFailed)) throw failed;
  expect(failed).toMatchObject({ file: "0002_lines.sql", line: 5, code: "42703" });
  expect(failed.reached).toEqual({ applied: ["0001_invoices"], notApplied: ["0002_lines", "0003_more"] });
  expect(failed.message).toContain('0002_lines.sql:5 failed: column "nothing" does not exist (42703)');
  expect(failed.message).toContain("statement: insert into lines values (nothing)");
  expect(await query("select to_regclass('lines') as lines")).toEqual([{ lines: null }]);
  write(folder, { "0002_lines.sql": "create table lines (id int);" });
  expect((await run(folder)).applied.map(({ name }) => name)).toEqual(["0002_lines", "0003_more"]);
});

it("tells status: applied with times, pending with what they do, drifted", async () => {
  const { run, connection } = await database();
  const folder = folderOf({ "0001_invoices.sql": invoices });
  await run(folder);
  write(folder, {
    "0001_invoices.sql": `${invoices}-- edited\n`,
    "0002_due.sql": "alter table invoices add due_at date;",
  });
  const found = await status(connection, folder);
  expect(found.applied).toEqual([
    { name: "0001_invoices", phase: "expand", by: "postgres", at: expect.any(Date), durationMs: expect.any(Number) },
  ]);
  expect(found.pending).toEqual([{ name: "0002_due", phase: "expand", does: "adds column due_at to invoices" }]);
  expect(found.drifted).toMatchObject([{ file: "0001_invoices.sql" }]);
  expect(found.running).toBeUndefined();
});
