import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { describeSchema } from "./describe-schema.ts";
import { diffSchemas } from "./diff-schemas.ts";
import { renderDiff } from "./render-diff.ts";

let postgres: ThrowawayPostgres;
let client: Client;

beforeAll(async () => {
  postgres = await startThrowawayPostgres();
  client = new Client({ connectionString: await postgres.createDatabase("finance") });
  await client.connect();
  await client.query('create role app; create role "Odd Role"; create table ledger (id int primary key, note text)');
});

afterAll(async () => {
  await client?.end();
  await postgres?.stop();
});

it("leaves out system schemas, our bookkeeping, and what extensions bring", async () => {
  const before = await describeSchema(client);
  await client.query(`
    create schema chittyops; create table chittyops.migrations (id int); create schema drizzle; create table drizzle.x (id serial);
    create extension hstore; create temporary table mine (id int);
  `);
  const added = diffSchemas(before, await describeSchema(client));
  expect(added.map(({ line }) => line)).toEqual(["extension hstore"]);
  await client.query(
    "drop schema chittyops cascade; drop schema drizzle cascade; drop extension hstore; drop table mine",
  );
});

it("leaves the search_path alone, in a transaction and outside, and sees what the transaction did", async () => {
  await client.query("set search_path to ledger_path, public");
  const path = async () => (await client.query("show search_path")).rows[0]?.search_path;
  await describeSchema(client);
  expect(await path()).toBe("ledger_path, public");
  await client.query("begin; create table inside (id int)");
  const inside = await describeSchema(client);
  expect(await path()).toBe("ledger_path, public");
  await client.query("rollback; reset search_path");
  expect(Object.keys(inside.objects)).toContain("table public.inside");
});

it("does not depend on the session's search_path", async () => {
  const before = await describeSchema(client);
  await client.query("set search_path to pg_catalog");
  expect(await describeSchema(client)).toEqual(before);
  await client.query("reset search_path");
});

it("takes one round trip", async () => {
  let trips = 0;
  const counting = {
    query: ((sql: string) => {
      trips++;
      return client.query(sql);
    }) as Client["query"],
  };
  await describeSchema(counting);
  expect(trips).toBe(1);
});

it("leaves out the grants that somebody else looks after", async () => {
  const before = await describeSchema(client);
  await client.query('grant select on ledger to app, "Odd Role"; grant update (note) on ledger to "Odd Role"');
  const rolesManagedElsewhere = ["app", "Odd Role"];
  expect(diffSchemas(before, await describeSchema(client)).map(({ line }) => line)).toEqual([
    'grant UPDATE on column public.ledger.note to "Odd Role"',
    'grant SELECT on table public.ledger to "Odd Role"',
    "grant SELECT on table public.ledger to app",
  ]);
  expect(await describeSchema(client, { rolesManagedElsewhere })).toEqual(before);
  await client.query('revoke all on ledger from app, "Odd Role"');
});

it("finds no difference between a schema and itself", async () => {
  const schema = await describeSchema(client);
  expect(diffSchemas(schema, schema)).toEqual([]);
  expect(renderDiff([])).toBe("No differences.\n");
});

it("tells people what differs, and what of it loses data", async () => {
  const from = await describeSchema(client);
  await client.query("begin; create table fresh (a int, b int default 1); alter table ledger drop column note");
  await client.query("alter table ledger alter column id type numeric; create index by_id on ledger (id)");
  const to = await describeSchema(client);
  await client.query("rollback");
  expect(renderDiff(diffSchemas(from, to))).toBe(
    [
      "+ index public.by_id: CREATE INDEX by_id ON public.ledger USING btree (id)",
      "+ table public.fresh (a, b)",
      "~ column public.ledger.id: integer not null -> numeric not null",
      "- column public.ledger.note: text   LOSES DATA",
      "2 to add, 1 to change, 1 to remove; 1 of them lose data.",
      "",
    ].join("\n"),
  );
  expect(
    diffSchemas(to, from)
      .filter(({ losesData }) => losesData)
      .map(({ name }) => name),
  ).toEqual(["public.fresh", "public.ledger.id"]);
});
