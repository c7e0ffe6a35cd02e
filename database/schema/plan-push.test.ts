import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { applyPush, PushRefused } from "./apply-push.ts";
import { describeSchema } from "./describe-schema.ts";
import { diffSchemas } from "./diff-schemas.ts";
import { planPush } from "./plan-push.ts";
import type { SchemaDescription } from "./schema-object.ts";

let postgres: ThrowawayPostgres;
let live: Client;
let scratch: Client;

beforeAll(async () => {
  postgres = await startThrowawayPostgres();
  await postgres.query("create role reader");
  live = new Client({ connectionString: await postgres.createDatabase("live") });
  scratch = new Client({ connectionString: await postgres.createDatabase("scratch") });
  await Promise.all([live.connect(), scratch.connect()]);
});

afterAll(async () => {
  await Promise.all([live?.end(), scratch?.end()]);
  await postgres?.stop();
});

beforeEach(async () => {
  for (const client of [live, scratch]) {
    await client.query(
      "rollback; drop schema public cascade; drop schema if exists finance cascade; create schema public",
    );
  }
});

async function schemaOf(client: Client, sql: string): Promise<SchemaDescription> {
  await client.query(sql);
  return await describeSchema(client);
}

/** Makes both, pushes the second onto the first, and gives what was run. */
async function push(from: string, to: string, mayLose: string[] = []): Promise<string[]> {
  const plan = planPush(await schemaOf(live, from), await schemaOf(scratch, to));
  await applyPush(live, plan, mayLose);
  expect(diffSchemas(await describeSchema(live), await describeSchema(scratch))).toEqual([]);
  return plan.statements.map(({ sql }) => sql);
}

it("turns an identity into a serial and back, though their sequences have one name", async () => {
  const identity = "create table ledger (id integer generated always as identity)";
  const serial = "create table ledger (id serial)";
  await push(identity, serial);
  await live.query("drop table ledger");
  await scratch.query("drop table ledger");
  await push(serial, identity, ["public.ledger_id_seq"]);
});

it("keeps the rows of what it changes", async () => {
  const from = `
    create type mood as enum ('calm', 'glad');
    create table ledger (id serial primary key, amount int not null, mood mood default 'glad', note varchar(10));
    create view amounts as select amount, mood from ledger;
    insert into ledger (amount, note) values (1, 'one'), (2, 'two');
  `;
  const to = `
    create type mood as enum ('cross', 'calm', 'glad', 'gone');
    create table ledger (id bigserial primary key, amount numeric(12, 2) not null default 0, mood mood default 'gone',
      note text, kind text not null default 'plain', twice numeric generated always as (amount * 2) stored);
    create view amounts as select id, amount, mood, twice from ledger;
  `;
  await push(from, to);
  await live.query("insert into ledger (note) values ('three')");
  expect(
    (await live.query("select *, amount::float8 as amount, twice::float8 as twice from ledger order by id")).rows,
  ).toEqual([
    { id: "1", amount: 1, mood: "glad", note: "one", kind: "plain", twice: 2 },
    { id: "2", amount: 2, mood: "glad", note: "two", kind: "plain", twice: 4 },
    { id: "3", amount: 0, mood: "gone", note: "three", kind: "plain", twice: 0 },
  ]);
});

it("gives a new table its columns in the order of the target", async () => {
  await push("", "create table ledger (z int, a int, m int)");
  const { rows } = await live.query(
    "select column_name from information_schema.columns where table_name = 'ledger' order by ordinal_position",
  );
  expect(rows.map(({ column_name }) => column_name)).toEqual(["z", "a", "m"]);
});

it("refuses to lose data that was not named, and changes nothing", async () => {
  const from = "create table ledger (id int, note text, old int); create table gone (id int); create sequence counter";
  const plan = planPush(await schemaOf(live, from), await schemaOf(scratch, "create table ledger (id int, note date)"));
  const refused = await applyPush(live, plan, ["public.gone"]).catch((error) => error);
  expect(refused).toBeInstanceOf(PushRefused);
  expect(refused.losses.toSorted()).toEqual(["public.counter", "public.ledger.note", "public.ledger.old"]);
  expect(refused.message).toContain("public.ledger.old would be lost; name it if that is meant");
  expect((await live.query("select ledger.id, note, old from ledger cross join gone")).rows).toEqual([]);
});

it("drops what it may lose", async () => {
  await push("create table ledger (id int, old int); create table gone (id serial)", "create table ledger (id int)", [
    "public.ledger.old",
    "public.gone",
  ]);
});

it("undoes everything if a statement fails, and says which", async () => {
  await live.query("create table ledger (id int); insert into ledger values (1)");
  const to = await schemaOf(scratch, "create table fresh (id int); create table ledger (id int, kind text not null)");
  const plan = planPush(await describeSchema(live), to);
  await expect(applyPush(live, plan)).rejects.toThrow(
    /contains null values, at: ALTER TABLE public.ledger ADD COLUMN kind/,
  );
  expect((await live.query("select to_regclass('fresh') as fresh")).rows).toEqual([{ fresh: null }]);
});

describe("does not pretend to be able to", () => {
  it.each([
    [
      "remove an enum's value",
      "create type mood as enum ('a', 'b')",
      "create type mood as enum ('a')",
      /neither removes nor reorders/,
    ],
    ["change a domain's base", "create domain d as int", "create domain d as text", /a domain over integer/],
    [
      "partition a table",
      "create table t (a int)",
      "create table t (a int) partition by list (a)",
      /partitioning is not changed/,
    ],
    [
      "change inheritance",
      "create table p (a int); create table c (a int)",
      "create table p (a int); create table c () inherits (p)",
      /inheritance/,
    ],
    [
      "remake a type that columns use",
      "create type pair as (a int); create table t (p pair)",
      "create type pair as (a int, b int); create table t (p pair)",
      /composite public.pair would have to be dropped and made again, and column public.t.p needs it/,
    ],
    [
      "make an aggregate",
      "",
      "create aggregate cat (text) (sfunc = textcat, stype = text)",
      /aggregate public.cat.* is only known by name/,
    ],
  ])("%s", async (_, from, to, problem) => {
    const plan = planPush(await schemaOf(live, from), await schemaOf(scratch, to));
    expect(plan.unsupported).toEqual([expect.stringMatching(problem)]);
    await expect(applyPush(live, plan)).rejects.toThrow(PushRefused);
  });
});

describe("pushes", () => {
  it.each<[string, string, string]>([
    [
      "partitions",
      "",
      "create table e (at date, id int, primary key (at, id)) partition by range (at); create table e1 partition of e for values from ('2026-01-01') to ('2027-01-01'); create index on e (id)",
    ],
    ["inheritance", "", "create table p (a int); create table c (b int) inherits (p)"],
    ["extensions", "", "create extension citext; create table t (mail citext)"],
    [
      "an extension away",
      "create extension citext; create table t (mail citext, a int)",
      "create table t (a int, mail text)",
    ],
    [
      "other schemas",
      "create table t (a int)",
      "create schema finance; create table finance.t (a int); create table t (a int)",
    ],
    [
      "procedures",
      "",
      "create procedure p(a int) language sql as 'select a'; comment on procedure p is 'x'; revoke execute on procedure p from public",
    ],
    [
      "a procedure that becomes a function",
      "create procedure p(a int) language sql as 'select a'",
      "create function p(a int) returns int language sql as 'select a'",
    ],
    [
      "composite types",
      "create type pair as (a int)",
      "create type pair as (a int, b text); create function f(p pair) returns int language sql as 'select 1'",
    ],
    [
      "a domain's rules",
      "create domain d as int default 1 constraint low check (value > 0)",
      "create domain d as int default 2 not null constraint low check (value > 1) constraint high check (value < 9)",
    ],
    [
      "a validated constraint",
      "create table t (a int); alter table t add constraint c check (a > 0) not valid",
      "create table t (a int, constraint c check (a > 0))",
    ],
    [
      "identity options",
      "create table t (a int generated always as identity)",
      "create table t (a int generated by default as identity (increment 5 start 7 cycle))",
    ],
    [
      "row security",
      "create table t (a int)",
      "create table t (a int); alter table t enable row level security; alter table t force row level security; create policy p on t as restrictive for update to reader using (a > 0) with check (a > 1)",
    ],
    [
      "triggers on views",
      "create view v as select 1 as a",
      "create function f() returns trigger language plpgsql as 'begin return null; end'; create view v as select 2 as a; create trigger g instead of insert on v for each row execute function f()",
    ],
    [
      "exclusion and deferrable constraints",
      "",
      "create table t (a int unique deferrable initially deferred, r int4range, exclude using gist (r with &&))",
    ],
    ["collations", "create table t (a text)", 'create table t (a text collate "C", b text collate "C")'],
    [
      "odd names",
      "",
      `create table "a.b on c" ("x on y" int, constraint "k on l" check ("x on y" > 0)); comment on constraint "k on l" on "a.b on c" is 'x'; comment on column "a.b on c"."x on y" is 'it''s \\'`,
    ],
    [
      "foreign keys in a circle, away",
      "create table a (id int primary key); create table b (id int primary key references a); alter table a add foreign key (id) references b",
      "",
    ],
    [
      "functions that need each other and tables",
      "",
      "create table t (a int); create function one(t) returns int language sql as 'select 1'; create table u (b int default one(null)); create view v as select one(null), b from u; create function two() returns setof v language sql begin atomic select * from v; end",
    ],
    [
      "a key that a view groups by",
      "create table t (a int primary key, b int); create view v as select a, b from t group by a",
      "create table t (a int, b int); create view v as select a from t",
    ],
  ])("%s", async (_, from, to) => {
    const all = ["public.t", "public.t.mail", "public.a", "public.b"];
    await push(from, to, all);
  });
});

it("builds no index again for a column that only gets wider", async () => {
  const statements = await push(
    "create table t (a varchar(10)); create index i on t (a); create view v as select a from t",
    "create table t (a varchar(20)); create index i on t (a); create view v as select a from t",
  );
  expect(statements.some((sql) => sql.includes("INDEX"))).toBe(false);
});
