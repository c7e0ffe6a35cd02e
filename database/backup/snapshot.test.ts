import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { takeSnapshot } from "./snapshot.ts";
import { type BackupWorld, openBackupWorld, type TestDatabase } from "./testing/backup-world.ts";

let world: BackupWorld;
let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  world = await openBackupWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  database = await world.database("create table a (id int); insert into a values (1); create table b (id int)");
  client = await database.connect();
});
afterEach(() => client.end());

/** Does something between the moment in which the tables are listed and that in which they are locked, each time it is tried. */
function before(locking: (attempt: number) => unknown): Client {
  let attempt = 0;
  return new Proxy(client, {
    get(target, property) {
      if (property !== "query") return Reflect.get(target, property, target);
      return async (text: string) => {
        if (text.startsWith("lock table")) await locking(++attempt);
        return target.query(text);
      };
    },
  });
}

const once = (sql: string) => before((attempt) => attempt === 1 && database.query(sql));
const names = async (racing: Client) => (await takeSnapshot(racing)).tables.map(({ name }) => name).sort();

const expectLocked = (table: string) =>
  expect(database.query(`begin; lock table ${table} in access exclusive mode nowait`)).rejects.toThrow(
    "could not obtain",
  );

it("has a table that was made while it looked, and not one that was dropped", async () => {
  expect(await names(once("create table c (id int)"))).toEqual(["a", "b", "c"]);
  await expectLocked("c");
  await client.query("rollback");
  expect(await names(once("drop table c"))).toEqual(["a", "b"]);
  await client.query("rollback");
  expect(await names(once("drop table b; create table b (id int)"))).toEqual(["a", "b"]);
  await expect(database.query("begin; lock table b in access exclusive mode nowait")).rejects.toThrow(
    "could not obtain",
  );
});

it("sees a table emptied only together with what was done in the same transaction", async () => {
  await takeSnapshot(once("begin; truncate a; insert into b values (2); commit"));
  expect(
    (await client.query("select (select count(*)::int from public.a) as a, (select count(*)::int from public.b) as b"))
      .rows,
  ).toEqual([{ a: 0, b: 1 }]);
});

it("gives up where tables come and go all the time", async () => {
  const restless = before((attempt) => database.query(`create table made_${attempt} (id int)`));
  await expect(takeSnapshot(restless)).rejects.toMatchObject({ reason: "schema-changed" });
});
