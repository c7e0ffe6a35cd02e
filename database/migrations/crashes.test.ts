import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import type { MigrationEvent } from "./migrate.ts";
import { MigrationFailed, MigrationInDoubt, MigrationInterrupted } from "./migration-failed.ts";
import { MigrationsRefused } from "./problem.ts";
import { settle } from "./settle.ts";
import { status } from "./status.ts";
import { folderOf, write } from "./testing/folder.ts";
import { postgresForTests, rejection } from "./testing/migrated-database.ts";

const { server, database } = postgresForTests();

const terminate =
  "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chittyops migrate' and datname = current_database()";

/** Starts a runner of its own and kills it with -9 when it is in the given line of a file. */
async function killIn(line: number, folder: string, name: string): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "testing", "run-migrate.ts"), folder], {
    env: { ...process.env, DATABASE_URL: server().url(name) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const event = JSON.parse(text);
    if (event.kind === "statement" && event.line === line) child.kill("SIGKILL");
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
}

it("goes on after kill -9 in a migration: what was committed stays, the rest is applied once", async () => {
  const { name, run, query } = await database();
  await query("create table journal (number int)");
  const folder = folderOf({
    "0001_a.sql": "insert into journal values (1);",
    "0002_b.sql":
      "insert into journal values (2);\n\n\n\nselect pg_sleep(case when to_regclass('go') is null then 3600 end);",
    "0003_c.sql": "insert into journal values (3);",
  });
  await killIn(5, folder, name);
  await query("create table go ()");
  expect((await run(folder)).applied.map((migration) => migration.name)).toEqual(["0002_b", "0003_c"]);
  expect(await query("select number from journal")).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
});

it("looks up what was committed when the server ends the connection, and applies nothing twice", async () => {
  const { run, query, connection } = await database();
  await query("create table journal (number int); create table gate (id int)");
  const gatekeeper = await connection.open();
  await gatekeeper.query("set application_name = gatekeeper; begin; lock table gate");
  const folder = folderOf({
    "0001_a.sql": "insert into journal values (1);",
    "0002_b.sql": "insert into journal values (2);\nlock table gate;",
  });
  const reasons: string[] = [];
  const opened = Promise.withResolvers<unknown>();
  const onProgress = (event: MigrationEvent) => {
    if (event.kind === "statement" && event.line === 2 && reasons.length === 0)
      query(terminate)
        .then(() => gatekeeper.query("commit"))
        .then(opened.resolve, opened.reject);
    if (event.kind === "reconnecting") reasons.push(event.reason);
  };
  await run(folder, { onProgress, limits: { lockTimeoutMs: 60_000 } });
  await opened.promise;
  await gatekeeper.end();
  expect(reasons).toEqual(["terminating connection due to administrator command"]);
  expect(await query("select number from journal")).toEqual([{ number: 1 }, { number: 2 }]);
});

it("gives up on a migration that ends its own connection each time, and says what is applied", async () => {
  const { run } = await database();
  const folder = folderOf({
    "0001_a.sql": "create table a (id int);",
    "0002_ends.sql": "select pg_terminate_backend(pg_backend_pid());",
  });
  const error = await rejection(run(folder));
  expect(error).toBeInstanceOf(MigrationInterrupted);
  expect(error).toMatchObject({ reached: { applied: ["0001_a"], notApplied: ["0002_ends"] } });
});

const halfApplied = {
  "0001_off.sql":
    "-- chittyops: transaction=off\ninsert into journal values (1);\ninsert into journal select 2 from pg_sleep(case when to_regclass('go') is null then 3600 end);\ninsert into journal values (3);",
};

it.each([
  ["again", [1, 2, 3]],
  ["done", [1, 3]],
] as const)(
  "says that a file outside a transaction is half applied, and goes on when it is settled as %s",
  async (answer, rows) => {
    const { name, run, query, connection } = await database();
    await query("create table journal (number int)");
    const folder = folderOf(halfApplied);
    await killIn(3, folder, name);
    // Outside a transaction Postgres goes on with the statement of a dead runner; here it must not.
    await query(terminate);
    const error = await rejection(run(folder));
    expect(error).toBeInstanceOf(MigrationInDoubt);
    expect(error).toMatchObject({ file: "0001_off.sql", line: 3 });
    expect((await status(connection, folder)).pending).toMatchObject([
      { begun: { statementsDone: 1, state: "running" } },
    ]);
    write(folder, { "0001_off.sql": `${halfApplied["0001_off.sql"]} -- edited` });
    expect(await rejection(run(folder))).toBeInstanceOf(MigrationsRefused);
    write(folder, halfApplied);
    await settle(connection, folder, "0001_off", answer);
    await query("create table go ()");
    expect((await run(folder)).applied).toHaveLength(1);
    expect((await query("select number from journal")).map(({ number }) => number)).toEqual(rows);
    expect(await rejection(settle(connection, folder, "0001_off", answer))).toBeInstanceOf(MigrationsRefused);
  },
);

it("clears away the invalid index of a failed CREATE INDEX CONCURRENTLY, and goes on at that statement", async () => {
  const { run, query } = await database();
  const folder = folderOf({
    "0001_invoices.sql": "create table invoices (id int); insert into invoices values (1), (1);",
    "0002_unique.sql":
      "-- chittyops: transaction=off\ninsert into invoices values (2);\ncreate unique index concurrently invoices_id on invoices (id);",
  });
  const error = await rejection(run(folder));
  expect(error).toBeInstanceOf(MigrationFailed);
  expect(error).toMatchObject({ file: "0002_unique.sql", line: 3, code: "23505" });
  expect(await query("select indisvalid from pg_index where indexrelid = 'invoices_id'::regclass")).toEqual([
    { indisvalid: false },
  ]);
  await query("delete from invoices where id = 1");
  expect((await run(folder)).applied.map(({ name }) => name)).toEqual(["0002_unique"]);
  expect(await query("select indisvalid from pg_index where indexrelid = 'invoices_id'::regclass")).toEqual([
    { indisvalid: true },
  ]);
  expect(await query("select id from invoices")).toEqual([{ id: 2 }]);
});

it("lets a file that stopped outside a transaction be mended after its done statements, and not before", async () => {
  const { run, query } = await database();
  await query("create table journal (number int)");
  const text = "-- chittyops: transaction=off\ninsert into journal values (1);\ninsert into journal values (nothing);";
  const folder = folderOf({ "0001_off.sql": text });
  await rejection(run(folder));
  write(folder, { "0001_off.sql": text.replace("(1)", "(7)") });
  expect(await rejection(run(folder))).toBeInstanceOf(MigrationsRefused);
  write(folder, { "0001_off.sql": text.replace("nothing", "2") });
  await run(folder);
  expect(await query("select number from journal")).toEqual([{ number: 1 }, { number: 2 }]);
});

it("keeps what one file sets in the session from the next, and from its own record", async () => {
  const { run, query } = await database();
  await query("create role app_owner; create schema elsewhere; grant create, usage on schema public to app_owner");
  await run(
    folderOf({
      "0001_sets.sql":
        "set role app_owner; create table owned (id int); set search_path = elsewhere; create temp table invoices (id int);",
      "0002_invoices.sql": "create table invoices (id int);",
    }),
  );
  expect(
    await query(
      "select tableowner, schemaname from pg_tables where tablename in ('owned', 'invoices') order by tablename",
    ),
  ).toEqual([
    { schemaname: "public", tableowner: "postgres" },
    { schemaname: "public", tableowner: "app_owner" },
  ]);
});

it("says when it was the commit that failed", async () => {
  const { run, query } = await database();
  const folder = folderOf({
    "0001_keys.sql":
      "create table a (id int primary key); create table b (a int references a deferrable initially deferred); insert into b values (1);",
  });
  const error = await rejection(run(folder));
  expect(error.message).toContain("at the commit of the whole file");
  expect(await query("select to_regclass('a') as a")).toEqual([{ a: null }]);
});
