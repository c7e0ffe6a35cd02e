import { expect, it } from "vitest";
import { lintMigration } from "./lint-migration.ts";
import type { MigrationToLint } from "./migration-to-lint.ts";
import { newTablesOf } from "./new-tables.ts";
import { ledgerFacts } from "./testing/ledger-facts.ts";

const MiB = 1024 * 1024;

function lint(sql: string, more: Partial<MigrationToLint> = {}) {
  return lintMigration({ sql, transaction: true, phase: "expand", ...more });
}

it("finds nothing in a migration that only adds", async () => {
  const sql = `
    create table invoice (id bigint generated always as identity primary key, total numeric(12, 2) not null check (total > 0));
    create index on invoice (total);
    alter table ledger add column note text;
    comment on column ledger.note is 'free text';
  `;
  expect(await lint(sql)).toEqual([]);
});

it("says where text does not parse, counting characters and not bytes", async () => {
  const [finding, ...others] = await lint("-- für später\nselect 1;\ncreate table 'é' (id int);");
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    rule: "syntax",
    severity: "error",
    line: 3,
    statement: "create table 'é' (id int);",
  });
  expect(finding?.message).toContain("line 3, column 14");
});

it("gives line and text of each statement, behind comments and multibyte characters", async () => {
  const sql = "-- ä\n\ntruncate a; /* ö\n */\n  -- ü\n  truncate\n b  ;\n";
  const found = await lint(sql);
  expect(found.filter(({ rule }) => rule === "mass-change").map(({ line, statement }) => [line, statement])).toEqual([
    [3, "truncate a"],
    [6, "truncate\n b"],
  ]);
});

it("grows milder with the size of the table, and takes an unknown size for a big one", async () => {
  const severity = async (bytes?: number) => {
    const database = bytes === undefined ? undefined : ledgerFacts({ bytes });
    const found = await lint("create index on ledger (amount)", database ? { database } : {});
    return found.map((finding) => finding.severity);
  };
  expect(await severity()).toEqual(["error"]);
  expect(await severity(3 * 1024 * MiB)).toEqual(["error"]);
  expect(await severity(20 * MiB)).toEqual(["warning"]);
  expect(await severity(64 * 1024)).toEqual([]);
});

it("names the table's size", async () => {
  const [finding] = await lint("create index on ledger (amount)", { database: ledgerFacts({ bytes: 3 * 1024 * MiB }) });
  expect(finding?.message).toContain("ledger (about 12,000,000 rows, 3.0 GB)");
});

it("lets a new table be changed freely, also one of an earlier pending migration", async () => {
  const sql = "create index on ledger (amount); alter table ledger drop column note; truncate ledger cascade;";
  expect((await lint(sql)).length).toBeGreaterThan(2);
  expect(await lint(sql, { newTables: ["ledger"] })).toEqual([]);
  expect(await lint(`create table ledger (amount int, note text); ${sql}`)).toEqual([]);
});

it("tells which tables a migration leaves behind for the next", async () => {
  const first =
    "create table a (id int); create table finance.b as select 1; select 1 into c; alter table a rename to d;";
  expect((await newTablesOf(first)).toSorted()).toEqual(["a", "c", "d", "finance.b"]);
});

it("takes IF NOT EXISTS for no new table where the table exists", async () => {
  const sql = "create table if not exists ledger (amount int); create index on ledger (amount);";
  expect(await lint(sql)).toEqual([]);
  expect(await lint(sql, { database: ledgerFacts({ bytes: 1024 * MiB }) })).toHaveLength(1);
});

it("looks for names where search_path says", async () => {
  const sql = "set search_path to finance; create index on ledger (amount);";
  expect(await lint(sql, { newTables: ["finance.ledger"] })).toEqual([]);
  expect(await lint(sql, { newTables: ["ledger"] })).toHaveLength(1);
});

it("looks into DO blocks, as drizzle writes them", async () => {
  const sql = `select 1;
DO $$ BEGIN
 ALTER TABLE ledger ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b(id);
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint`;
  const found = await lint(sql, { transaction: false });
  expect(found).toMatchObject([{ rule: "blocking-constraint", line: 3 }]);
});

it("takes BEGIN and COMMIT of a migration without a transaction for what they are", async () => {
  const sql = "begin; alter type kind add value 'x'; commit; begin; insert into ledger (kind) values ('x'); commit;";
  expect(await lint(sql, { transaction: false })).toEqual([]);
  const together = "begin; alter type kind add value 'x'; insert into ledger (kind) values ('x'); commit;";
  expect(await lint(together, { transaction: false })).toMatchObject([{ rule: "enum-value-in-transaction" }]);
});

it("leaves out what a waiver with a reason accepts, and only that rule", async () => {
  const sql = "create index on ledger (amount); truncate ledger;";
  const waivers = [{ rule: "blocking-index", reason: "nobody writes at night" }];
  expect((await lint(sql, { waivers })).map(({ rule }) => rule)).toEqual(["mass-change"]);
});

it("refuses a waiver without a reason and one of no rule, and reports one that is not needed", async () => {
  const waivers = [
    { rule: "blocking-index", reason: " " },
    { rule: "blocking-indices", reason: "typing error" },
    { rule: "cascade", reason: "once needed" },
    { rule: "syntax", reason: "no" },
  ];
  const found = await lint("create index on ledger (amount)", { waivers });
  expect(found.map(({ rule, severity }) => [rule, severity])).toEqual([
    ["waiver", "error"],
    ["waiver", "error"],
    ["waiver", "warning"],
    ["waiver", "error"],
    ["blocking-index", "error"],
  ]);
  expect(found[0]?.message).toContain("no reason");
  expect(found[1]?.message).toContain('no rule "blocking-indices"');
  expect(found[2]?.message).toContain("not needed");
});

it("keeps a waiver that only a bigger database needs", async () => {
  const waivers = [{ rule: "blocking-index", reason: "nobody writes at night" }];
  const database = ledgerFacts({ bytes: 64 * 1024 });
  expect(await lint("create index on ledger (amount)", { waivers, database })).toEqual([]);
});

it.each([
  "create role app password 'canary-4711'",
  "alter role app with encrypted password $x$canary-4711$x$",
  "create user mapping for app server s options (user 'a', password 'canary-4711')",
  "create subscription s connection 'host=db password=canary-4711' publication p",
  "insert into setting values ('postgresql://app:canary-4711@db/x')",
  "create role app password 'canary-4711' nonsense",
  "create role app 'canary-4711'",
  "create role app password\n 'canary-4711",
  "create role app password\n $$canary-4711",
])("never repeats a password: %s", async (sql) => {
  const found = await lint(sql, { transaction: false });
  expect(found.length).toBeGreaterThan(0);
  expect(JSON.stringify(found)).not.toContain("canary-4711");
});
