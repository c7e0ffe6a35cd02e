import { loadModule } from "libpg-query";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { isWidening, parseColumnType } from "./column-type.ts";
import { lintMigration } from "./lint-migration.ts";
import type { DatabaseFacts } from "./migration-to-lint.ts";
import { readDatabaseFacts } from "./read-database-facts.ts";
import { effectOf as measure } from "./testing/effect-of.ts";
import { notVolatile } from "./volatility.ts";

// What the linter says of Postgres, held against a Postgres.

let postgres: ThrowawayPostgres;
let client: Client;

beforeAll(async () => {
  await loadModule();
  postgres = await startThrowawayPostgres({ timezone: "UTC" });
  client = new Client({ connectionString: await postgres.createDatabase("claims") });
  await client.connect();
  await client.query(`
    create table account (id int primary key);
    create table ledger (
      id bigint primary key, amount numeric(10,2), code varchar(20), note text, at timestamp(3), small int,
      checked text, constraint checked_there check (checked is not null),
      twice numeric generated always as (amount * 2) stored
    );
    create index by_amount on ledger (amount);
    create unique index by_code on ledger (code);
    insert into account select generate_series(0, 9);
    insert into ledger select g, g, g::text, 'note', now(), g % 10, 'x' from generate_series(1, 1000) g;
    alter table ledger add constraint pending check (id > 0) not valid;
    create view readers as select note from ledger where small > 1;
    create materialized view totals as select small, count(*) from ledger group by 1;
    create unique index on totals (small);
    create type kind as enum ('early');
    create table event (at date, kind kind) partition by range (at);
    create table event_2026 partition of event for values from ('2026-01-01') to ('2027-01-01');
    analyze ledger;
  `);
});

afterAll(async () => {
  await client?.end();
  await postgres?.stop();
});

beforeEach(() => client.query("rollback"));

function effectOf(sql: string, on = "ledger") {
  return measure(client, sql, on);
}

/** The real facts, with the tables made big, so that every rule has its say. */
async function bigFacts(): Promise<DatabaseFacts> {
  const facts = await readDatabaseFacts(client);
  const tables = Object.entries(facts.tables).map(([name, table]) => [name, { ...table, bytes: 1e10 }]);
  return { ...facts, tables: Object.fromEntries(tables) };
}

async function rulesFound(sql: string, transaction = true): Promise<string[]> {
  const found = await lintMigration({ sql, transaction, phase: "contract", database: await bigFacts() });
  return found.map(({ rule }) => rule);
}

describe("table-rewrite is found exactly where Postgres writes new files", () => {
  it.each([
    "alter table ledger add column x uuid default gen_random_uuid()",
    "alter table ledger add column x timestamptz default clock_timestamp()",
    "alter table ledger add column x timestamptz not null default now()",
    "alter table ledger add column x text not null default 'constant'",
    "alter table ledger add column x text",
    "alter table ledger add column x bigserial",
    "alter table ledger add column x bigint generated always as identity",
    "alter table ledger add column x numeric generated always as (amount * 2) stored",
    "alter table ledger add column x numeric generated always as (amount * 2) virtual",
    "alter table ledger add column x int default length(repeat('x', 3))",
    "alter table ledger alter column twice set expression as (amount * 3)",
    "alter table ledger set unlogged",
    "alter table ledger set (fillfactor = 80)",
    "alter table ledger alter column note set storage external",
    "alter table ledger alter column note set default gen_random_uuid()::text",
    "alter table ledger alter column code type text using code",
    "alter table ledger alter column code type text using upper(code)",
    'alter table ledger alter column code type varchar(20) collate "C"',
    "alter table ledger drop column amount cascade",
    "cluster ledger using by_amount",
  ])("%s", async (sql) => {
    const { rewritten, locks } = await effectOf(sql);
    expect((await rulesFound(sql)).includes("table-rewrite")).toBe(rewritten);
    if (rewritten) expect(locks).toContain("AccessExclusiveLock");
  });
});

it("knows of every pair of types whether a change writes new files", async () => {
  const types = [
    ...["integer", "bigint", "numeric", "numeric(10,2)", "numeric(12,2)", "numeric(12,4)"],
    ...["text", "character varying", "character varying(20)", "character varying(40)", "character(10)"],
    ...["timestamp without time zone", "timestamp(3) without time zone", "timestamp with time zone", "time(3)", "time"],
    ...[
      "bit varying",
      "bit varying(5)",
      "bit varying(9)",
      "bit(5)",
      "text[]",
      "character varying(20)[]",
      "inet",
      "cidr",
    ],
  ];
  const wrong: string[] = [];
  const strict: string[] = [];
  for (const from of types) {
    await client.query(`create table pair (c ${from})`);
    await client.query("create index on pair (c)");
    for (const to of types) {
      const effect = await effectOf(`alter table pair alter column c type ${to}`, "pair").catch(() => undefined);
      const [before, after] = [parseColumnType(from), parseColumnType(to)];
      if (!effect || !before || !after) continue;
      const harmless = isWidening(before, after);
      if (harmless && effect.rewritten) wrong.push(`${from} -> ${to}`);
      if (!harmless && !effect.rewritten) strict.push(`${from} -> ${to}`);
    }
    await client.query("drop table pair");
  }
  expect(wrong).toEqual([]);
  // Called a change all the same: rare, and not worth a rule.
  expect(strict).toEqual(["cidr -> inet"]);
});

it("takes no function for stable that Postgres calls volatile", async () => {
  const { rows } = await client.query(
    "select distinct proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace and provolatile = 'v' and proname = any ($1)",
    [notVolatile],
  );
  expect(rows).toEqual([]);
  const known = await client.query(
    "select count(distinct proname)::int as known from pg_proc where proname = any ($1)",
    [notVolatile],
  );
  expect(known.rows).toEqual([{ known: notVolatile.length }]);
});

describe("a statement that reads every row under a lock is found, and its safe form is not", () => {
  const full = "AccessExclusiveLock";
  const writers = "ShareRowExclusiveLock";
  it.each([
    ["blocking-constraint", full, "alter table ledger add check (amount > 0)"],
    ["blocking-constraint", writers, "alter table ledger add foreign key (small) references account (id)"],
    ["blocking-constraint", full, "alter table ledger add constraint filled not null note"],
    ["blocking-constraint", full, "alter table ledger add column x int default 1 check (x > 0)"],
    ["set-not-null", full, "alter table ledger alter column note set not null"],
    ["blocking-unique", full, "alter table ledger add unique (note, id)"],
    ["blocking-index", "ShareLock", "create index on ledger (note)"],
  ])("%s, %s: %s", async (rule, lock, sql) => {
    const effect = await effectOf(sql);
    expect(effect.scanned).toBe(true);
    expect(effect.locks).toContain(lock);
    expect(await rulesFound(sql)).toContain(rule);
  });

  it.each([
    "alter table ledger add constraint positive check (amount > 0) not valid",
    "alter table ledger add foreign key (small) references account (id) not valid",
    "alter table ledger add constraint filled not null note not valid",
    "alter table ledger add column x int references account (id)",
    "alter table ledger add column x int not null default 1",
    "alter table ledger alter column id set not null",
    "alter table ledger alter column checked set not null",
    "alter table ledger add constraint one unique using index by_code",
    "drop index by_amount",
  ])("none: %s", async (sql) => {
    expect((await effectOf(sql)).scanned).toBe(false);
    const harmless = sql.startsWith("drop index") ? ["blocking-index"] : [];
    expect(await rulesFound(sql)).toEqual(harmless);
  });
});

it("lets VALIDATE read every row by itself, for nobody waits for it, but not where its transaction already locks the table", async () => {
  const validate = "alter table ledger validate constraint pending";
  const alone = await effectOf(validate);
  expect(alone.scanned).toBe(true);
  expect(alone.locks).not.toContain("AccessExclusiveLock");
  expect(await rulesFound(validate)).toEqual([]);
  const both = `alter table ledger add column x text; ${validate}`;
  expect((await effectOf(both)).locks).toContain("AccessExclusiveLock");
  expect(await rulesFound(both)).toEqual(["validate-in-same-transaction"]);
});

it.each([
  ["AccessExclusiveLock", "drop index by_amount", "ledger", "blocking-index"],
  ["AccessExclusiveLock", "refresh materialized view totals", "totals", "blocking-refresh"],
  ["AccessExclusiveLock", "lock table ledger", "ledger", "explicit-lock"],
  ["ShareLock", "reindex table ledger", "ledger", "blocking-index"],
])("takes %s by %s on %s, which %s finds", async (lock, sql, on, rule) => {
  expect((await effectOf(sql, on)).locks).toContain(lock);
  expect(await rulesFound(sql)).toContain(rule);
});

it("keeps readers of a materialised view while it is refreshed CONCURRENTLY", async () => {
  const effect = await effectOf("refresh materialized view concurrently totals", "totals");
  expect(effect.locks).not.toContain("AccessExclusiveLock");
});

describe("what Postgres refuses inside a transaction is found there, and nothing else is", () => {
  it.each([
    "create index concurrently on ledger (note)",
    "drop index concurrently by_amount",
    "reindex table concurrently ledger",
    "reindex (concurrently) index by_amount",
    "reindex schema public",
    "vacuum ledger",
    "vacuum full ledger",
    "cluster",
    "create database other",
    "drop database if exists other",
    "create tablespace fast location '/nowhere'",
    "drop tablespace fast",
    "alter system set work_mem = '8MB'",
    "alter table event detach partition event_2026 concurrently",
    "analyze ledger",
    "alter table event detach partition event_2026",
    "alter type kind add value 'late'",
    "reindex table ledger",
    "cluster ledger using by_amount",
    "refresh materialized view concurrently totals",
  ])("%s", async (sql) => {
    await client.query("begin");
    const refused = await client.query(sql).then(
      () => false,
      (error: Error) =>
        /cannot (run|be executed) inside a transaction block|in a transaction block/.test(error.message),
    );
    await client.query("rollback");
    expect((await rulesFound(sql)).includes("cannot-run-in-transaction")).toBe(refused);
  });
});

it("refuses a new enum value in its own transaction, as Postgres does", async () => {
  const sql = "alter type kind add value 'late'; insert into event values ('2026-05-01', 'late')";
  await client.query("begin");
  await expect(client.query(sql)).rejects.toThrow(/unsafe use of new value/);
  await client.query("rollback");
  expect(await rulesFound(sql)).toContain("enum-value-in-transaction");
  const own = "create type mood as enum ('a'); alter type mood add value 'b'; create table m (x mood default 'b')";
  await effectOf(own);
  expect(await rulesFound(own)).toEqual([]);
});

it("knows the invalid index that a failed build leaves, which IF NOT EXISTS takes for the index", async () => {
  const build = "create unique index concurrently if not exists by_note on ledger (note)";
  await expect(client.query(build)).rejects.toThrow(/could not create unique index/);
  await client.query(build);
  expect((await bigFacts()).indexes.by_note).toEqual({ table: "ledger", valid: false });
  const found = await lintMigration({ sql: build, transaction: false, phase: "expand", database: await bigFacts() });
  expect(found).toMatchObject([{ rule: "invalid-index", severity: "error" }]);
  await client.query("drop index concurrently by_note");
});

it("reads sizes, columns, constraints and what views use", async () => {
  const facts = await readDatabaseFacts(client);
  expect(facts.tables.ledger).toMatchObject({
    partitioned: false,
    columns: { id: { type: "bigint", notNull: true }, code: { type: "character varying(20)", notNull: false } },
    constraints: {
      checked_there: { definition: "CHECK ((checked IS NOT NULL))", validated: true },
      pending: { validated: false },
    },
  });
  expect(facts.tables.ledger?.rows).toBeGreaterThan(900);
  expect(facts.tables.ledger?.bytes).toBeGreaterThan(50_000);
  expect(facts.tables.event?.partitioned).toBe(true);
  expect(facts.indexes.by_code).toEqual({ table: "ledger", valid: true });
  expect(facts.readByViews).toEqual(expect.arrayContaining(["ledger.note", "ledger.small"]));
  expect(facts.readByViews).not.toContain("ledger.code");
});
