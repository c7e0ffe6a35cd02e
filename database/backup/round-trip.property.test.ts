import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BackupWorld, openBackupWorld, type TestDatabase } from "./testing/backup-world.ts";

let world: BackupWorld;
let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  world = await openBackupWorld();
  source = await world.database(`create table thing (
    place serial, whole int8, exact numeric, real8 float8, words text, bytes bytea, doc jsonb, at timestamptz, span interval, flag bool,
    texts text[], numbers int[], day date, uid uuid)`);
  target = await world.database();
});
afterAll(() => world.close());

// Postgres keeps no NUL in text, and half of a surrogate pair is no UTF-8.
const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", "0"));
const value = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 6 });
const row = fc.tuple(
  value(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String)),
  value(
    fc.oneof(
      fc.tuple(fc.bigInt(), fc.nat(30)).map(([digits, zeros]) => `${digits}e-${zeros}`),
      fc.constantFrom("NaN", "Infinity", "-Infinity"),
    ),
  ),
  value(fc.double()),
  value(text),
  value(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  value(fc.json({ maxDepth: 3 }).map((json) => json.replaceAll("\\u0000", ""))),
  value(
    fc.oneof(
      fc.date({ min: new Date(-60_000_000_000_000), max: new Date(8e15), noInvalidDate: true }).map(asTimestamp),
      fc.constantFrom("infinity", "-infinity"),
    ),
  ),
  value(
    fc
      .tuple(fc.integer({ max: 9999, min: -9999 }), fc.integer())
      .map(([days, micros]) => `${days} days ${micros} microseconds`),
  ),
  value(fc.boolean()),
  value(fc.array(value(text), { maxLength: 5 })),
  value(fc.array(fc.integer(), { maxLength: 5 })),
  value(fc.date({ min: new Date(0), max: new Date(8e15), noInvalidDate: true }).map((date) => asTimestamp(date))),
  value(fc.uuid()),
);

/** ISO with years of more than four digits, as Postgres takes them. */
function asTimestamp(date: Date): string {
  return date.toISOString().replace(/^\+0*/, "");
}

it("restores exactly the rows that were there, whatever they are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      await source.query("truncate thing");
      const client = await source.connect();
      for (const values of rows) {
        await client.query(
          `insert into thing (whole, exact, real8, words, bytes, doc, at, span, flag, texts, numbers, day, uid)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
          values,
        );
      }
      await client.end();
      const { manifest } = await world.backUp(source, { pieceBytes: 1000 });
      await world.restore(manifest.id, target, { replace: true });
      const all = "select thing::text as row from thing order by place";
      expect(await target.query(all)).toEqual(await source.query(all));
      expect(await target.query("select count(*)::int as rows from thing")).toEqual([{ rows: rows.length }]);
    }),
    { numRuns: 12, seed: Number(process.env.CHITTYOPS_TEST_SEED) },
  );
});
