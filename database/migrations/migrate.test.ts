import { expect, it } from "vitest";
import { connectionTo } from "./connection.ts";
import { takeLock } from "./lock.ts";
import { MigrationFailed } from "./migration-failed.ts";
import { preview } from "./preview.ts";
import { MigrationsRefused } from "./problem.ts";
import { status } from "./status.ts";
import { folderOf, write } from "./testing/folder.ts";
import { postgresForTests, rejection } from "./testing/migrated-database.ts";

const { server, database } = postgresForTests();

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

it("needs no lock, no right to write and one query when there is nothing to do", async () => {
  const { run, query, name, connection } = await database();
  const folder = folderOf({ "0001_invoices.sql": invoices });
  await run(folder);
  await query(
    "create role reader login; grant usage on schema chittyops to reader; grant select on chittyops.migrations to reader",
  );
  const holder = await connection.open();
  await takeLock(holder, connection, { waitMs: 0, signal: new AbortController().signal, onWaiting: () => {} });
  const reader = connectionTo(server().url(name, "reader"));
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
  expect(queries).toHaveLength(1);
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

it("says that the database is full, keeps nothing of the file, and goes on once there is room", async () => {
  const { run, query } = await database();
  // As Postgres and Neon report it.
  await query(`create function fill() returns void language plpgsql as $$ begin
    if to_regclass('room') is null then
      raise exception using errcode = '53100', message = 'could not extend file because project size limit (512 MB) has been exceeded';
    end if; end $$`);
  const folder = folderOf({ "0001_invoices.sql": `${invoices}\nselect fill();` });
  const failed = await rejection(run(folder));
  expect(failed).toMatchObject({ file: "0001_invoices.sql", code: "53100", reached: { applied: [] } });
  expect(failed.message).toContain("remedy: the database has no room left");
  expect(await query("select to_regclass('invoices') as invoices")).toEqual([{ invoices: null }]);
  await query("create table room ()");
  expect((await run(folder)).applied).toHaveLength(1);
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

const estate = {
  "0001_invoices.sql": invoices,
  "0002_drop.sql": "-- chittyops: phase=contract\nalter table invoices drop note;",
  "0003_due.sql": "-- chittyops: overtakes=0002\nalter table invoices add due_at date;",
  "0004_broken.sql": "creat table x;",
};

it("previews what would run and what is held, with and without a database, and writes nothing", async () => {
  const { run, query, connection } = await database();
  const folder = folderOf(estate);
  const options = { folder, phase: "expand", contractAllowed: { ok: false, why: "version 7 is live" } } as const;
  const everything = await preview(options);
  expect(everything.run).toEqual([
    { name: "0001_invoices", phase: "expand", does: "creates table invoices; inserts into invoices" },
    { name: "0003_due", phase: "expand", does: "adds column due_at to invoices" },
    { name: "0004_broken", phase: "expand", does: 'cannot be read: syntax error at or near "creat"' },
  ]);
  expect(everything.held).toEqual([
    { name: "0002_drop", does: "drops column note of invoices", why: "version 7 is live" },
  ]);
  expect(everything.problems).toMatchObject([
    { file: "0004_broken.sql", found: expect.stringContaining("contract migration 0002_drop") },
    { file: "0004_broken.sql", line: 1 },
  ]);
  expect((await preview({ ...options, connection })).run).toEqual(everything.run);
  expect(await query("select to_regnamespace('chittyops') as ours")).toEqual([{ ours: null }]);
  await run(folderOf({ "0001_invoices.sql": invoices }));
  expect((await preview({ ...options, connection })).run.map(({ name }) => name)).toEqual(["0003_due", "0004_broken"]);
});

it("holds a contract migration until no old version can come back", async () => {
  const { run, query } = await database();
  const folder = folderOf({
    "0001_invoices.sql": "create table invoices (id int, note text);",
    "0002_drop.sql": estate["0002_drop.sql"],
    "0003_due.sql": estate["0003_due.sql"],
  });
  const refused = { ok: false, why: "version 7 is live" } as const;
  const names = (result: { applied: readonly { name: string }[] }) => result.applied.map(({ name }) => name);
  const first = await run(folder);
  expect(names(first)).toEqual(["0001_invoices", "0003_due"]);
  expect(first.held).toEqual([{ name: "0002_drop", why: "version 7 is live" }]);
  expect(names(await run(folder, { phase: "contract", contractAllowed: refused }))).toEqual([]);
  expect(names(await run(folder, { phase: "contract", contractAllowed: { ok: true } }))).toEqual(["0002_drop"]);
  expect(await query("select * from invoices")).toEqual([]);
  expect((await run(folder)).held).toEqual([]);
});

it("refuses a database that drifted from its folder before anything is applied, with all problems at once", async () => {
  const { run, query } = await database();
  await run(folderOf({ "0001_a.sql": "select 1;", "0002_b.sql": "select 2;", "0004_d.sql": "select 4;" }));
  const error = await rejection(
    run(
      folderOf({
        "0001_a.sql": "select 11;",
        "0003_c.sql": "select 3;",
        "0004_d.sql": "select 4;",
        "0005_e.sql": "create table e (id int);",
        "0006_f.sql": "select from where;",
      }),
    ),
  );
  if (!(error instanceof MigrationsRefused)) throw error;
  expect(error.problems.map(({ file }) => file)).toEqual(["0001_a.sql", "0002_b", "0003_c.sql", "0006_f.sql"]);
  expect(error.message).toContain("0001_a.sql: found another text than the one applied at");
  expect(error.message).toContain("remedy: restore the file as it was, and write a new migration for the change");
  expect(await query("select to_regclass('e') as e")).toEqual([{ e: null }]);
});

it("never repeats a statement that may hold a password", async () => {
  const { run } = await database();
  const folder = folderOf({ "0001_role.sql": "create role postgres password 'canary-77aa';" });
  const error = await rejection(run(folder));
  expect(error).toBeInstanceOf(MigrationFailed);
  expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("canary-77aa");
});
