import type { Client } from "pg";
import { expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { describeHolder, MigrationsLocked, PooledConnection, takeLock } from "./lock.ts";
import { migrate } from "./migrate.ts";
import { MigrationFailed } from "./migration-failed.ts";
import { status } from "./status.ts";
import { folderOf } from "./testing/folder.ts";
import { firstEvent, postgresForTests, rejection } from "./testing/migrated-database.ts";

const { database } = postgresForTests();
const never = new AbortController().signal;
const table = { "0001_invoices.sql": "create table invoices (id int);" };

it("lets one of two runs work while the other waits and names it, and applies everything once", async () => {
  const { run, query, connection } = await database();
  await query("create table busy (id int)");
  const blocker = await connection.open();
  await blocker.query("begin; lock table busy");
  const folder = folderOf({ ...table, "0002_busy.sql": "alter table busy add column name text;" });
  const working = firstEvent(({ kind }) => kind === "statement");
  const waiting = firstEvent(({ kind }) => kind === "waiting");
  const first = run(folder, { ...working, limits: { lockTimeoutMs: 60_000 } });
  await working.seen;
  const second = run(folder, waiting);
  const event = await waiting.seen;
  expect(event).toMatchObject({
    holder: { application: "chittyops migrate", client: "127.0.0.1", role: "postgres", since: expect.any(Date) },
  });
  const { running } = await status(connection, folder);
  expect(event).toMatchObject({ holder: { pid: running?.pid } });
  expect(running && describeHolder(running)).toContain(`pid ${running?.pid}, chittyops migrate, role postgres`);
  await blocker.query("commit");
  expect((await first).applied).toHaveLength(2);
  expect((await second).applied).toEqual([]);
  await blocker.end();
});

it("gives up after the deadline and says who holds the lock", async () => {
  const { run, connection } = await database();
  const holder = await connection.open();
  const pid = await takeLock(holder, connection, { waitMs: 0, signal: never, onWaiting: () => {} });
  const error = await rejection(run(folderOf(table), { limits: { waitMs: 100 } }));
  expect(error).toBeInstanceOf(MigrationsLocked);
  expect(error.message).toContain(`pid ${pid}, chittyops migrate, role postgres, from 127.0.0.1, connected since`);
  await holder.end();
});

it("builds an index concurrently while another run waits for the lock, and neither hangs", async () => {
  const { run, query, connection } = await database();
  await query("create table invoices (id int)");
  const writer = await connection.open();
  await writer.query("begin; insert into invoices values (1)");
  const folder = folderOf({
    "0001_index.sql": "-- chittyops: transaction=off\ncreate index concurrently invoices_id on invoices (id);",
  });
  const working = firstEvent(({ kind }) => kind === "statement");
  const first = run(folder, working);
  await working.seen;
  const waiting = firstEvent(({ kind }) => kind === "waiting");
  const second = run(folder, waiting);
  await waiting.seen;
  // The index waits for the writer only; were the second run waiting inside Postgres, it would wait for that too, and that for it.
  await writer.query("commit");
  expect((await first).applied).toHaveLength(1);
  expect((await second).applied).toEqual([]);
  await writer.end();
});

it("tries again when a table stays locked, and applies the file once", async () => {
  const { run, query, connection } = await database();
  await query("create table invoices (id int)");
  const blocker = await connection.open();
  await blocker.query("begin; lock table invoices");
  const folder = folderOf({ "0001_due.sql": "create table due (id int); alter table invoices add due_at date;" });
  const retrying = firstEvent(({ kind }) => kind === "retrying");
  const running = run(folder, { ...retrying, limits: { lockTimeoutMs: 20 } });
  expect(await retrying.seen).toMatchObject({
    name: "0001_due",
    attempt: 1,
    reason: expect.stringContaining("lock timeout"),
  });
  await blocker.query("rollback");
  expect((await running).applied).toHaveLength(1);
  await blocker.end();
});

it("gives up on a table that stays locked, with what is in the way", async () => {
  const { run, query, connection } = await database();
  await query("create table invoices (id int)");
  const blocker = await connection.open();
  await blocker.query("begin; lock table invoices");
  const folder = folderOf({ "0001_due.sql": "alter table invoices add due_at date;" });
  const error = await rejection(run(folder, { limits: { lockTimeoutMs: 1 } }));
  expect(error).toBeInstanceOf(MigrationFailed);
  expect(error.message).toContain("(55P03)");
  expect(error.message).toContain("tried 5 times");
  await blocker.end();
});

it("ends a statement that takes too long and keeps nothing of its file", async () => {
  const { run, query } = await database();
  const folder = folderOf({ "0001_slow.sql": "create table slow (id int);\nselect pg_sleep(3600);" });
  const error = await rejection(run(folder, { limits: { statementTimeoutMs: 50 } }));
  expect(error).toMatchObject({ code: "57014", line: 2 });
  expect(await query("select to_regclass('slow') as slow")).toEqual([{ slow: null }]);
});

it("stops at once when aborted: nothing of the file is kept, and the lock is free", async () => {
  const { run, connection, query } = await database();
  const folder = folderOf({ ...table, "0002_slow.sql": "create table slow (id int);\nselect pg_sleep(3600);" });
  const controller = new AbortController();
  const asleep = firstEvent((event) => event.kind === "statement" && event.line === 2);
  const running = run(folder, { ...asleep, signal: controller.signal });
  await asleep.seen;
  controller.abort(new Error("The user pressed Ctrl-C."));
  expect((await rejection(running)).message).toBe("The user pressed Ctrl-C.");
  expect(await query("select name from chittyops.migrations")).toEqual([{ name: "0001_invoices" }]);
  const next = await connection.open();
  await takeLock(next, connection, { waitMs: 5_000, signal: never, onWaiting: () => {} });
  await next.end();
});

it("stops waiting for the lock when aborted", async () => {
  const { run, connection } = await database();
  const holder = await connection.open();
  await takeLock(holder, connection, { waitMs: 0, signal: never, onWaiting: () => {} });
  const controller = new AbortController();
  const waiting = firstEvent(({ kind }) => kind === "waiting");
  const running = run(folderOf(table), { ...waiting, signal: controller.signal });
  await waiting.seen;
  controller.abort(new Error("The user pressed Ctrl-C."));
  expect((await rejection(running)).message).toBe("The user pressed Ctrl-C.");
  await holder.end();
});

it("refuses a pooled host before it connects for the lock", async () => {
  const { connection } = await database();
  const pooled: Connection = { ...connection, pooled: true };
  const options = { folder: folderOf(table), phase: "expand", contractAllowed: { ok: true } } as const;
  const error = await rejection(migrate({ connection: pooled, ...options }));
  expect(error).toBeInstanceOf(PooledConnection);
  expect(error.message).toContain("without `-pooler`");
});

it("notices a pooler by the session that changes under it", async () => {
  const { connection } = await database();
  const sessions: Client[] = [];
  let queries = 0;
  // As a pooler in transaction mode does: each query may reach another session.
  const pooler: Connection = {
    ...connection,
    open: async (signal) => {
      const client = await connection.open(signal);
      const other = await connection.open(signal);
      sessions.push(other);
      const own = client.query.bind(client);
      client.query = ((...args: [string]) =>
        queries++ % 2 ? other.query(...args) : own(...args)) as typeof client.query;
      return client;
    },
  };
  const options = { folder: folderOf(table), phase: "expand", contractAllowed: { ok: true } } as const;
  expect(await rejection(migrate({ connection: pooler, ...options }))).toBeInstanceOf(PooledConnection);
  await Promise.all(sessions.map((session) => session.end()));
});
