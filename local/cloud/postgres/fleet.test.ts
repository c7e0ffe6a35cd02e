import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, connect, openTestFleet, type TestFleet, until } from "./testing/test-fleet.ts";

let test: TestFleet;
beforeAll(async () => {
  test = await openTestFleet();
});
afterAll(async () => {
  await test.close();
});

/** Postgres processes that run for the fleet. */
function running(): number {
  return JSON.parse(readFileSync(join(test.directory, "processes.json"), "utf8")).processes.length;
}

it("serves both clients that the estate uses, with TLS required", async () => {
  const { direct, pooled } = await test.branch("br-clients");
  expect(await ask(direct, "SELECT current_user AS who, version() AS what")).toEqual([
    { who: "app", what: expect.stringMatching(/^PostgreSQL 18\./) },
  ]);
  expect(test.fleet.pooler).toBe("alias");
  const sql = postgres({ host: "127.0.0.1", port: pooled, user: "app", pass: "app", database: "app", ssl: "require" });
  expect(await sql`SELECT ${41} + 1 AS sum`).toEqual([{ sum: 42 }]);
  await sql.end();
});

it("starts a cluster at the first connection, once for all that come together", async () => {
  const { direct } = await test.branch("br-first");
  await test.fleet.suspendEndpoint("ep-first");
  const before = running();
  expect(test.fleet.status("ep-first")).toMatchObject({ active: false, connections: 0 });
  const clients = await Promise.all(Array.from({ length: 10 }, () => connect(direct)));
  expect(running()).toBe(before + 1);
  const starts = await Promise.all(
    clients.map((client) => client.query("SELECT pg_postmaster_start_time()::text AS at")),
  );
  expect(new Set(starts.map(({ rows }) => rows[0].at)).size).toBe(1);
  expect(test.fleet.status("ep-first")).toMatchObject({ active: true, connections: 10 });
  await Promise.all(clients.map((client) => client.end()));
  await until(() => test.fleet.status("ep-first").connections === 0);
});

it("runs nothing for 25 branches that nobody uses", async () => {
  const before = running();
  const ids = Array.from({ length: 25 }, (_, index) => `br-idle-${index}`);
  for (const id of ids) {
    await test.fleet.createBranch({ id });
    await test.endpoint(id);
  }
  expect(running()).toBe(before);
});

it("suspends after the time without a connection, and wakes with the data", async () => {
  const { direct } = await test.branch("br-sleepy", { suspendAfter: 1 });
  await ask(direct, "CREATE TABLE kept AS SELECT 7 AS value");
  await until(() => !test.fleet.status("ep-sleepy").active);
  expect(await ask(direct, "SELECT value FROM kept")).toEqual([{ value: 7 }]);
  expect(test.fleet.status("ep-sleepy").active).toBe(true);
});

it("loses no connection that comes while it suspends", async () => {
  const { direct } = await test.branch("br-race");
  for (let round = 0; round < 5; round++) {
    const suspended = test.fleet.suspendEndpoint("ep-race");
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(direct, "SELECT 1 AS one")));
    expect(answers).toEqual(Array.from({ length: 4 }, () => [{ one: 1 }]));
    await suspended;
  }
});

it("tells a session that its compute is suspended", async () => {
  const { direct } = await test.branch("br-told");
  const client = await connect(direct);
  const told = new Promise<Error>((done) => client.once("error", done));
  await test.fleet.suspendEndpoint("ep-told");
  expect(await told).toMatchObject({ code: "57P01" });
});

it("keeps roles and databases of branches apart", async () => {
  const one = await test.branch("br-one");
  await test.fleet.createBranch({ id: "br-two", parent: { id: "br-one" } });
  const two = await test.endpoint("br-two");
  await test.fleet.createRole("br-two", { name: "only-two", password: "secret" });
  await test.fleet.setPassword("br-two", { name: "app", password: "other" });
  await expect(connect(one.direct, { user: "only-two", password: "secret" })).rejects.toMatchObject({ code: "28P01" });
  await expect(connect(two.direct)).rejects.toMatchObject({ code: "28P01" });
  await ask(two.direct, "CREATE TABLE mine (x int)", { password: "other" });
  expect(await ask(one.direct, "SELECT to_regclass('mine') AS found")).toEqual([{ found: null }]);
});

it("makes roles as Neon does: all but superusers, with its extensions", async () => {
  const { direct } = await test.branch("br-roles");
  const [role] = await ask(
    direct,
    "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, pg_has_role('neon_superuser', 'member') AS member FROM pg_roles WHERE rolname = 'app'",
  );
  expect(role).toEqual({ rolsuper: false, rolcreatedb: true, rolcreaterole: true, rolbypassrls: true, member: true });
  await ask(direct, "CREATE EXTENSION pgcrypto; CREATE EXTENSION postgres_fdw; CREATE EXTENSION pg_stat_statements");
  await ask(direct, "CREATE DATABASE another");
  await expect(ask(direct, "COPY (SELECT 1) TO PROGRAM 'true'")).rejects.toMatchObject({ code: "42501" });
  await expect(ask(direct, "CREATE EXTENSION plpython3u")).rejects.toMatchObject({ code: "42501" });
  await expect(connect(direct, { user: "cloud_admin", database: "postgres" })).rejects.toMatchObject({ code: "28000" });
});

it("renames and hands over a database, deletes a role with what it owned, and does each again without harm", async () => {
  const { direct } = await test.branch("br-changes");
  const { fleet } = test;
  const odd = 'it\'s a "role" €';
  for (let time = 0; time < 2; time++) await fleet.createRole("br-changes", { name: odd, password: "x" });
  for (let time = 0; time < 2; time++) await fleet.createDatabase("br-changes", { name: 'd"b', owner: odd });
  await ask(direct, "CREATE TABLE owned (x int)", { user: odd, password: "x", database: 'd"b' });
  const open = await connect(direct, { user: odd, password: "x", database: 'd"b' });
  await fleet.updateDatabase("br-changes", 'd"b', { name: "renamed", owner: "app" });
  for (let time = 0; time < 2; time++) await fleet.deleteRole("br-changes", odd);
  expect(
    await ask(direct, "SELECT tableowner FROM pg_tables WHERE tablename = 'owned'", { database: "renamed" }),
  ).toEqual([{ tableowner: "app" }]);
  await expect(open.query("SELECT 1")).rejects.toThrow();
  for (let time = 0; time < 2; time++) await fleet.deleteDatabase("br-changes", "renamed");
  await expect(connect(direct, { database: "renamed" })).rejects.toMatchObject({ code: "3D000" });
});

it("lets two branches change places", async () => {
  const [left, right] = [await test.branch("br-left"), await test.branch("br-right")];
  await ask(left.direct, "CREATE TABLE place AS SELECT 'left' AS name");
  await ask(right.direct, "CREATE TABLE place AS SELECT 'right' AS name");
  const open = await connect(left.direct);
  const ended = new Promise((done) => open.once("end", done));
  await test.fleet.swapBranches("br-left", "br-right");
  await ended;
  expect(await ask(left.direct, "SELECT name FROM place")).toEqual([{ name: "right" }]);
  expect(await ask(right.direct, "SELECT name FROM place")).toEqual([{ name: "left" }]);
});

it("never writes through a read-only endpoint, whatever the session sets, and shows what was written elsewhere", async () => {
  const { direct } = await test.branch("br-written");
  await ask(direct, "CREATE TABLE seen AS SELECT 1 AS value");
  const reader = await test.endpoint("br-written", { id: "ep-reader", readOnly: true });
  const client = await connect(reader.direct);
  await expect(
    client.query("SET default_transaction_read_only = off; INSERT INTO seen VALUES (2)"),
  ).rejects.toMatchObject({
    code: "25006",
  });
  await expect(client.query("BEGIN READ WRITE")).rejects.toThrow(/cannot set transaction read-write mode/);
  await client.query("ROLLBACK");
  await ask(direct, "INSERT INTO seen VALUES (3)");
  await until(async () => (await client.query("SELECT FROM seen")).rowCount === 2);
  await client.end();
  await test.fleet.suspendEndpoint("ep-reader");
  expect(await ask(reader.direct, "SELECT count(*)::int AS rows FROM seen")).toEqual([{ rows: 2 }]);
});

it("ends the sessions of a deleted branch, of its replicas as well, and says why there are no new ones", async () => {
  const { direct } = await test.branch("br-deleted");
  const reader = await test.endpoint("br-deleted", { id: "ep-deleted-reader", readOnly: true });
  const clients = await Promise.all([connect(direct), connect(reader.direct)]);
  const before = running();
  const ended = clients.map((client) => new Promise((done) => client.once("end", done)));
  await test.fleet.deleteBranch("br-deleted");
  await Promise.all(ended);
  expect(running()).toBe(before - 2);
  await expect(connect(direct)).rejects.toThrow("No data of branch br-deleted");
  await test.fleet.suspendEndpoint("ep-deleted");
});

it("lets in as many as the compute has room for", async () => {
  const { direct } = await test.branch("br-full", { maxConnections: 10 });
  const clients = await Promise.all(Array.from({ length: 3 }, () => connect(direct)));
  await expect(connect(direct)).rejects.toMatchObject({ code: "53300" });
  await Promise.all(clients.map((client) => client.end()));
  await until(() => test.fleet.status("ep-full").connections === 0);
  await ask(direct, "SELECT 1");
});

it("refuses with the reason it was given, until that is taken back", async () => {
  const { direct } = await test.branch("br-refused", { refuse: "The quota is used up." });
  await expect(connect(direct)).rejects.toMatchObject({ code: "XX000", message: "The quota is used up." });
  await test.endpoint("br-refused");
  await ask(direct, "SELECT 1");
});

it("keeps ports, certificate and data when it is opened again", async () => {
  const ports = await test.branch("br-again");
  await ask(ports.direct, "CREATE TABLE kept AS SELECT 7 AS value");
  await test.reopen();
  expect(await test.endpoint("br-again")).toEqual(ports);
  expect(await ask(ports.direct, "SELECT value FROM kept")).toEqual([{ value: 7 }]);
});

it("makes nothing of a branch before somebody needs it, then everything, also after it was opened again", async () => {
  const before = running();
  const { direct } = await test.branch("br-idle");
  await test.fleet.createDatabase("br-idle", { name: "later", owner: "app" });
  expect(running()).toBe(before);
  expect(await test.fleet.logicalSize("br-idle")).toBeGreaterThan(10_000_000);
  await test.reopen();
  await test.endpoint("br-idle");
  expect(await ask(direct, "SELECT datname FROM pg_database WHERE datname = 'later'")).toEqual([{ datname: "later" }]);
  await test.fleet.createDatabase("br-idle", { name: "at-once", owner: "app" });
  expect(await ask(direct, "SELECT datname FROM pg_database WHERE datname = 'at-once'")).toHaveLength(1);
});

it("sweeps what nobody names any more", async () => {
  const { direct } = await test.branch("br-named");
  await test.fleet.createBranch({ id: "br-forgotten" });
  await test.fleet.sweep(new Set(["br-named"]));
  await expect(test.fleet.logicalSize("br-forgotten")).rejects.toThrow("No data of branch br-forgotten");
  await ask(direct, "SELECT 1");
  expect(await test.fleet.logicalSize("br-named")).toBeGreaterThan(20_000_000);
});
