import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { MigrationsRefused } from "./problem.ts";
import { status } from "./status.ts";
import { folderOf, write } from "./testing/folder.ts";
import { postgresForTests, rejection } from "./testing/migrated-database.ts";

const { database } = postgresForTests();

const sql = {
  "0000_slow_thor": 'CREATE TABLE "a" ("id" int);\n--> statement-breakpoint\nCREATE INDEX "i" ON "a" ("id");',
  "0001_wild_hulk": 'ALTER TABLE "a" ADD "b" int;',
  "0002_calm_loki": 'ALTER TABLE "a" ADD "c" int',
};
const entries = Object.keys(sql).map((tag, idx) => ({
  idx,
  version: "7",
  when: 1000 * (idx + 1),
  tag,
  breakpoints: true,
}));
const files = {
  "meta/_journal.json": JSON.stringify({ version: "7", dialect: "postgresql", entries }),
  ...Object.fromEntries(Object.entries(sql).map(([tag, text]) => [`${tag}.sql`, text])),
};

/** A database as drizzle's migrator leaves it after the first of these. */
async function migratedByDrizzle(
  count: number,
  hash = (text: string) => createHash("sha256").update(text).digest("hex"),
) {
  const made = await database();
  await made.query(
    "create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
  );
  for (const [index, text] of Object.values(sql).slice(0, count).entries())
    await made.query(
      `${text}; insert into drizzle.__drizzle_migrations (hash, created_at) values ('${hash(text)}', ${1000 * (index + 1)})`,
    );
  return made;
}

it("applies a folder of drizzle to a new database", async () => {
  const { run, query } = await database();
  const folder = folderOf(files);
  expect((await run(folder)).applied).toHaveLength(3);
  expect((await run(folder)).applied).toEqual([]);
  expect(await query("select * from a")).toEqual([]);
});

it("counts what drizzle applied as applied, applies the rest, and records both in its own table", async () => {
  const { run, query, connection } = await migratedByDrizzle(2);
  const folder = folderOf(files);
  expect((await status(connection, folder)).applied.map(({ name, by, at }) => [name, by, at.getTime()])).toEqual([
    ["0000_slow_thor", "drizzle", 1000],
    ["0001_wild_hulk", "drizzle", 2000],
  ]);
  expect((await run(folder)).applied.map(({ name }) => name)).toEqual(["0002_calm_loki"]);
  await query("drop schema drizzle cascade");
  expect((await run(folder)).applied).toEqual([]);
  expect(await query("select name, applied_by from chittyops.migrations order by number")).toEqual([
    { name: "0000_slow_thor", applied_by: "drizzle" },
    { name: "0001_wild_hulk", applied_by: "drizzle" },
    { name: "0002_calm_loki", applied_by: "postgres" },
  ]);
});

it("needs nothing of its own when drizzle has applied everything", async () => {
  const { run, query } = await migratedByDrizzle(3);
  expect(await run(folderOf(files))).toEqual({ applied: [], held: [] });
  expect(await query("select to_regnamespace('chittyops') as ours")).toEqual([{ ours: null }]);
});

it("counts the same file as the same after its line ends changed", async () => {
  const crlf = (text: string) => createHash("sha256").update(text.replaceAll("\n", "\r\n")).digest("hex");
  const { run } = await migratedByDrizzle(3, crlf);
  expect((await run(folderOf(files))).applied).toEqual([]);
});

it("sees what drizzle does not: a changed file, one that is gone, one that drizzle skipped", async () => {
  const { run, query } = await migratedByDrizzle(1);
  await query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('0000', 2500), ('1111', 3000)");
  const folder = folderOf(files);
  write(folder, { "0000_slow_thor.sql": "select 1;" });
  const error = await rejection(run(folder));
  if (!(error instanceof MigrationsRefused)) throw error;
  expect(
    error.problems.map(({ file, found }) => [file, found.replace(/,? (?:than|which|though|before).*/, "")]),
  ).toEqual([
    ["0000_slow_thor.sql", "another text"],
    ["drizzle's migration of 1970-01-01T00:00:02.500Z", "no file"],
    ["0002_calm_loki.sql", "another text"],
    ["0001_wild_hulk.sql", "a number"],
  ]);
});
