import { expect, it } from "vitest";
import { connectionTo } from "./connection.ts";
import { folderOf } from "./testing/folder.ts";
import { postgresForTests, rejection } from "./testing/migrated-database.ts";

const { server, database } = postgresForTests();
let roles = 0;

/** Runs as a new role that was granted this (`$role` stands for it); gives the message of the failure. */
async function failsWith(
  sql: string,
  grants: (role: string, database: string) => string,
  before = "select 1",
): Promise<string> {
  const { name, run, query } = await database();
  const role = `app_${++roles}`;
  await query(`create role ${role} login; ${before}; ${grants(role, name)}`);
  const error = await rejection(
    run(folderOf({ "0001_a.sql": sql }), { connection: connectionTo(server().url(name, role)) }),
  );
  return error.message.replaceAll(role, "app");
}

const onDatabase = (role: string, name: string) => `grant create on database ${name} to ${role}`;

it("names the right that is missing to keep the record", async () => {
  const message = await failsWith("select 1;", () => "select 1");
  expect(message).toContain("the role app lacks the right CREATE on database database_");
  expect(message).toMatch(/grant create on database "database_\d+" to "app";/);
});

it("names the right that is missing to read the record", async () => {
  const { name, run, query } = await database();
  const folder = folderOf({ "0001_a.sql": "select 1;" });
  await run(folder);
  await query("create role reader login");
  const connection = connectionTo(server().url(name, "reader"));
  expect((await rejection(run(folder, { connection }))).message).toContain(
    "the role reader lacks the right USAGE on schema chittyops",
  );
  await query("grant usage on schema chittyops to reader");
  expect((await rejection(run(folder, { connection }))).message).toContain(
    "the role reader lacks the right SELECT on table migrations",
  );
});

it.each([
  ["a table in a schema", "create table a (id int);", "CREATE on schema public", ""],
  ["a table in a closed schema", "create table closed.a (id int);", "USAGE on schema closed", "create schema closed"],
  ["rows of a table", "insert into a values (1);", "INSERT on table a", "create table a (id int)"],
  ["a change of a table", "alter table a add b int;", "must own table a", "create table a (id int)"],
])("names the right that is missing for %s", async (_, sql, right, before) => {
  const message = await failsWith(sql, onDatabase, before || "select 1");
  expect(message).toContain(right);
  expect(message).toContain("0001_a.sql:1 failed");
  expect(message).toContain("(42501)");
});
