import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { applyPush } from "./apply-push.ts";
import { describeSchema } from "./describe-schema.ts";
import { diffSchemas } from "./diff-schemas.ts";
import { planPush } from "./plan-push.ts";
import type { SchemaDescription } from "./schema-object.ts";
import { type RandomSchema, randomSchema, statementsOf } from "./testing/random-schema.ts";

let postgres: ThrowawayPostgres;
let ours: Client;
let theirs: Client;

beforeAll(async () => {
  postgres = await startThrowawayPostgres();
  await postgres.query("create role reader; create role writer");
  ours = new Client({ connectionString: await postgres.createDatabase("ours") });
  theirs = new Client({ connectionString: await postgres.createDatabase("theirs") });
  await Promise.all([ours.connect(), theirs.connect()]);
});

afterAll(async () => {
  await Promise.all([ours?.end(), theirs?.end()]);
  await postgres?.stop();
});

const seed = Number(process.env.CHITTYOPS_TEST_SEED);

async function made(client: Client, schema: RandomSchema, reversed = false): Promise<SchemaDescription> {
  await client.query(
    "drop owned by reader; drop schema public cascade; create schema public; grant usage on schema public to public",
  );
  for (const statement of statementsOf(schema, reversed)) {
    await client.query(statement).catch((error: Error) => {
      throw new Error(`${error.message}: ${statement}`);
    });
  }
  return await describeSchema(client);
}

it("turns any schema into any other, so that nothing differs afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(randomSchema, randomSchema, async (one, other) => {
      // Postgres does not remove labels of an enum.
      const labels = one.mood === "enum" && other.mood === "enum" ? Math.max(one.labels, other.labels) : other.labels;
      const from = await made(ours, one);
      const to = await made(theirs, { ...other, labels });
      const plan = planPush(from, to);
      expect(plan.unsupported).toEqual([]);
      const lost = plan.statements.flatMap(({ loses }) => loses ?? []);
      await applyPush(ours, plan, lost);
      const after = await describeSchema(ours);
      expect(after).toEqual(to);
      expect(diffSchemas(after, to)).toEqual([]);
      expect(planPush(after, to)).toEqual({ statements: [], unsupported: [] });
      // Data is said to be lost by the difference exactly when a statement loses some.
      expect(diffSchemas(from, to).some(({ losesData }) => losesData)).toBe(lost.length > 0);
    }),
    { numRuns: 20, seed },
  );
});

it("describes a schema alike in whatever order it was made", async () => {
  await fc.assert(
    fc.asyncProperty(randomSchema, async (schema) => {
      const forwards = await made(ours, schema);
      const backwards = await made(theirs, schema, true);
      expect(JSON.stringify(backwards)).toBe(JSON.stringify(forwards));
    }),
    { numRuns: 10, seed },
  );
});
