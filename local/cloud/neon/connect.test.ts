import { Client } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPostgresFleet } from "../postgres/fleet.ts";
import { openTestNeon, type TestNeon } from "./testing/test-neon.ts";

let cloud: TestNeon;
beforeAll(async () => {
  cloud = await openTestNeon({ openFleet: openPostgresFleet });
});
afterAll(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

async function query(uri: string, sql: string) {
  const client = new Client({ connectionString: `${uri}&uselibpqcompat=true` });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("a database that the API made", () => {
  it("is reached by `pg` and `postgres` with the URI it answers, directly and through the pooled port", async () => {
    const { data } = await cloud.client().createProject({ project: { name: "finance" } });
    await cloud.settled();
    for (const pooled of [false, true]) {
      const { uri } = (
        await cloud.client().getConnectionUri({
          projectId: data.project.id,
          database_name: "neondb",
          role_name: "neondb_owner",
          pooled,
        })
      ).data;
      expect(await query(uri, "select current_user as me, current_database() as here")).toEqual([
        { me: "neondb_owner", here: "neondb" },
      ]);
      const sql = postgres(uri);
      expect(await sql`select 1 + 1 as two`).toEqual([{ two: 2 }]);
      await sql.end();
    }
  });
});
