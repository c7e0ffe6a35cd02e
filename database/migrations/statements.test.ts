import * as fc from "fast-check";
import { expect, it } from "vitest";
import { describe } from "./describe.ts";
import { readMigrations } from "./read-folder.ts";
import { parseMigrations } from "./statements.ts";
import { folderOf } from "./testing/folder.ts";

async function parse(...texts: string[]) {
  const folder = readMigrations(
    folderOf(Object.fromEntries(texts.map((text, index) => [`${1000 + index}_m.sql`, text]))),
  );
  const { parsed, problems } = await parseMigrations(folder.migrations, folder.kind);
  return { statements: parsed[0]?.statements.map(({ line, text }) => [line, text]), problems };
}

it("splits where Postgres does: not in strings, dollar quotes, comments or function bodies", async () => {
  const { statements } = await parse(
    "-- é; \n/* a; /* b; */ */ insert into a values (';', E'\\';', $x$;$$;$x$);;\n\n-- why\ncreate function f() returns int begin atomic select 1; select 2; end;\ndo $$ begin perform 1; end $$",
  );
  expect(statements).toEqual([
    [2, "insert into a values (';', E'\\';', $x$;$$;$x$)"],
    [5, "create function f() returns int begin atomic select 1; select 2; end"],
    [6, "do $$ begin perform 1; end $$"],
  ]);
});

it("gives back every statement and its line, whatever stands in it", async () => {
  const string = fc.string({ unit: fc.constantFrom("a", ";", "\n", "--", "/*", "*/", '"', "$$", "é", "\u{1f511}") });
  const statement = string.map((text) => `select '${text}'`);
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 5 }), async (texts) => {
      const lines = texts.map(
        (_, index) => texts.slice(0, index).join(";\n").split("\n").length + (index === 0 ? 0 : 1),
      );
      expect((await parse(texts.join(";\n"))).statements).toEqual(texts.map((text, index) => [lines[index], text]));
    }),
    { numRuns: 30, seed: Number(process.env.CHITTYOPS_TEST_SEED) },
  );
});

it("finds what cannot run as a migration, in all files at once", async () => {
  const { problems } = await parse(
    "create table a (id int);\n\n-- é\ncreaté table b;",
    "begin; select 1; commit;",
    "create index concurrently i on a (b);",
    "vacuum a;",
    "-- chittyops: transaction=off\nset role owner;",
    "discard all;",
    "/* nothing */",
    "\\connect finance",
  );
  expect(problems.map(({ file, line, found }) => [file, line, found])).toEqual([
    ["1000_m.sql", 4, 'syntax error at or near "creaté"'],
    ["1001_m.sql", 1, "`BEGIN`"],
    ["1001_m.sql", 1, "`COMMIT`"],
    ["1002_m.sql", 1, "`CREATE INDEX CONCURRENTLY`, which Postgres refuses in a transaction"],
    ["1003_m.sql", 1, "`VACUUM A`, which Postgres refuses in a transaction"],
    ["1004_m.sql", 2, "`SET ROLE OWNER` in a file outside a transaction"],
    ["1005_m.sql", 1, "`DISCARD ALL`"],
    ["1006_m.sql", undefined, "no statement"],
    ["1007_m.sql", 1, expect.stringContaining("syntax error")],
  ]);
});

it("takes drizzle's breakpoints for ends of statements, as drizzle does", async () => {
  const folder = readMigrations(
    folderOf({
      "meta/_journal.json": JSON.stringify({ entries: [{ idx: 0, when: 1, tag: "0000_a", breakpoints: true }] }),
      "0000_a.sql": "create table a (id int)\n--> statement-breakpoint\ncreate table b (id int)",
    }),
  );
  const { parsed } = await parseMigrations(folder.migrations, folder.kind);
  expect(parsed[0]?.statements.map(({ line, text }) => [line, text.trim()])).toEqual([
    [1, "create table a (id int)"],
    [3, "create table b (id int)"],
  ]);
});

it.each([
  ["create table billing.invoices (id int)", "creates table billing.invoices"],
  ["create table a as select 1", "creates table a"],
  ["create materialized view m as select 1", "creates materialized view m"],
  ["alter table invoices add due_at date, drop column b", "adds column due_at to invoices; drops column b of invoices"],
  [
    "alter table a alter b type text, alter c set not null, alter d drop not null, alter e set default 1, alter f drop default",
    "changes the type of column b of a; makes column c of a not null; lets column d of a be null; sets the default of column e of a; drops the default of column f of a",
  ],
  [
    "alter table a add constraint k check (b > 0) not valid, validate constraint l, drop constraint m, enable row level security",
    "adds constraint k to a; validates constraint l of a; drops constraint m of a; enables row level security on a",
  ],
  ["alter table a owner to b", "alters table a"],
  ["create unique index i on a (b)", "creates unique index i on a"],
  ["drop table a, b.c", "drops table a, b.c"],
  ["drop function f(int)", "drops function f"],
  ["drop type t", "drops type t"],
  ["alter table a rename to b", "renames table a to b"],
  ["alter table a rename b to c", "renames column b of a to c"],
  ["alter type t rename to u", "renames type t to u"],
  ["alter schema s rename to u", "renames schema s to u"],
  ["create schema s", "creates schema s"],
  ["create extension if not exists vector", "creates extension vector"],
  ["create type t as enum ('a')", "creates type t"],
  ["create type t as (a int)", "creates type t"],
  ["create domain d as text", "creates domain d"],
  ["alter type t add value 'b'", "adds value b to type t"],
  ["alter type t rename value 'a' to 'b'", "renames value a of type t to b"],
  ["create sequence s", "creates sequence s"],
  ["create or replace view v as select 1", "replaces view v"],
  ["create function s.f() returns int language sql as 'select 1'", "creates function s.f"],
  ["create trigger t before insert on a for each row execute function f()", "creates trigger t on a"],
  ["create policy p on a", "creates policy p on a"],
  ["insert into a values (1); insert into a values (2)", "inserts into a"],
  ["update a set b = 1", "updates rows of a"],
  ["delete from a", "deletes rows of a"],
  ["truncate a, b", "empties a, b"],
  ["grant select on a to b", "grants rights on table a"],
  ["revoke all on schema s from b", "revokes rights on schema s"],
  ["comment on table a is 'x'", "comments on table a"],
  ["do $$ begin end $$", "runs a DO block"],
  ["select setval('s', 1)", "runs SELECT SETVAL"],
  ["alter role a set search_path = b", "runs ALTER ROLE A"],
  ["create", "cannot be read: syntax error at end of input"],
  [
    Array.from({ length: 8 }, (_, index) => `create schema s${index}`).join(";"),
    "creates schema s0; creates schema s1; creates schema s2; creates schema s3; creates schema s4; creates schema s5; and 2 more",
  ],
])("describes %s", async (sql, line) => {
  const { migrations } = readMigrations(folderOf({ "0001_a.sql": sql }));
  expect(await Promise.all(migrations.map(describe))).toEqual([line]);
});
