import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, connect, filesWith, openTestFleet, type TestFleet } from "./testing/test-fleet.ts";

let test: TestFleet;
let port: number;
beforeAll(async () => {
  test = await openTestFleet();
  port = (await test.branch("br-passwords")).direct;
});
afterAll(async () => {
  await test.close();
});

it("takes passwords of any characters, and no other", async () => {
  const odd = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }),
    fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(..."'\"\\%$:/@?#&=; \t`{}€ﬁ\u00a0é") }),
  );
  await fc.assert(
    fc.asyncProperty(
      odd.filter((value) => !value.includes("\0")),
      async (password) => {
        await test.fleet.setPassword("br-passwords", { name: "app", password });
        expect(await ask(port, "SELECT 1 AS one", { password })).toEqual([{ one: 1 }]);
        await expect(connect(port, { password: `${password}!` })).rejects.toMatchObject({ code: "28P01" });
      },
    ),
    { numRuns: 25, examples: [["'; DROP ROLE app; --"], ["p:w@/ %\\'\"€"], ["$1 %s $(x)"]] },
  );
});

it("takes an odd password from the other client, too", async () => {
  const pass = "p:w@/ %\\'\"€#?&=";
  await test.fleet.setPassword("br-passwords", { name: "app", password: pass });
  const sql = postgres({ host: "127.0.0.1", port, user: "app", pass, database: "app", ssl: "require" });
  expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  await sql.end();
});

it("leaves a password in no file, no log, and no view of Postgres", async () => {
  const canary = "canary-77c1e0b2";
  await test.fleet.createRole("br-passwords", { name: "kept", password: canary });
  await test.fleet.setPassword("br-passwords", { name: "app", password: canary });
  await connect(port, { password: "canary-wrong" }).catch(() => {});
  await ask(port, "CREATE EXTENSION pg_stat_statements", { password: canary });
  await ask(port, `ALTER ROLE nobody_of_this_name PASSWORD '${canary}'`, { password: canary }).catch(() => {});
  const seen = await ask(port, "SELECT query FROM pg_stat_activity UNION ALL SELECT query FROM pg_stat_statements", {
    password: canary,
  });
  expect(seen.length).toBeGreaterThan(1);
  expect(JSON.stringify(seen)).not.toContain(canary);
  await test.reopen();
  expect(filesWith(test.directory, "canary-")).toEqual([]);
  expect(test.lines.join()).not.toContain("canary-");
});
