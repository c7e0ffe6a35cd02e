import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, filesBelow, filesWith, openTestFleet, type TestFleet, until } from "./testing/test-fleet.ts";
import { BranchTimeUnavailable } from "./types.ts";

let test: TestFleet;
beforeAll(async () => {
  test = await openTestFleet();
});
afterAll(async () => {
  await test.close();
});

/** @returns a moment that is later than all before the call and earlier than all after it. */
async function moment(): Promise<number> {
  const before = Date.now();
  await until(() => Date.now() > before + 1);
  return before + 1;
}

const values = (port: number) =>
  ask(port, "SELECT array_agg(value ORDER BY value) AS all FROM t").then(([row]) => row?.all);

it("branches from a running parent with all that was committed, and both go on apart", async () => {
  const parent = await test.branch("br-parent");
  await ask(parent.direct, "CREATE TABLE t AS SELECT generate_series(1, 3) AS value");
  await test.fleet.createBranch({ id: "br-child", parent: { id: "br-parent" } });
  const child = await test.endpoint("br-child");
  await ask(child.direct, "INSERT INTO t VALUES (10)");
  await ask(parent.direct, "INSERT INTO t VALUES (20)");
  expect(await values(child.direct)).toEqual([1, 2, 3, 10]);
  expect(await values(parent.direct)).toEqual([1, 2, 3, 20]);
  await test.fleet.deleteBranch("br-parent");
  await test.fleet.suspendEndpoint("ep-child");
  expect(await values(child.direct)).toEqual([1, 2, 3, 10]);
});

it("takes a consistent copy while others write", async () => {
  const parent = await test.branch("br-busy");
  await ask(parent.direct, "CREATE TABLE pairs (a int, b int)");
  let stopped = false;
  const writer = (async () => {
    for (let value = 0; !stopped; value++)
      await ask(
        parent.direct,
        `BEGIN; INSERT INTO pairs SELECT ${value}, NULL FROM generate_series(1, 500); UPDATE pairs SET b = a WHERE b IS NULL; COMMIT`,
      );
  })();
  const ids = ["br-copy-1", "br-copy-2"];
  try {
    await Promise.all(ids.map((id) => test.fleet.createBranch({ id, parent: { id: "br-busy" } })));
  } finally {
    stopped = true;
    await writer;
  }
  for (const id of ids) {
    const { direct } = await test.endpoint(id);
    const [found] = await ask(
      direct,
      "SELECT count(*) FILTER (WHERE b IS NULL)::int AS torn, count(*)::int % 500 AS part FROM pairs",
    );
    expect(found).toEqual({ torn: 0, part: 0 });
  }
});

it("branches at a point in time, from a branch made that way as well", async () => {
  const { direct } = await test.branch("br-past");
  const empty = await moment();
  await ask(direct, "CREATE TABLE t AS SELECT 1 AS value");
  const one = await moment();
  await ask(direct, "INSERT INTO t VALUES (2)");
  await test.fleet.suspendEndpoint("ep-past");
  const two = await moment();
  await ask(direct, "DROP TABLE t");

  await test.fleet.createBranch({ id: "br-one", parent: { id: "br-past", at: one } });
  await test.fleet.createBranch({ id: "br-two", parent: { id: "br-past", at: two } });
  await test.fleet.createBranch({ id: "br-empty", parent: { id: "br-past", at: empty } });
  const [first, second, third] = [
    await test.endpoint("br-one"),
    await test.endpoint("br-two"),
    await test.endpoint("br-empty"),
  ];
  expect(await values(first.direct)).toEqual([1]);
  expect(await values(second.direct)).toEqual([1, 2]);
  await expect(values(third.direct)).rejects.toMatchObject({ code: "42P01" });

  await ask(first.direct, "INSERT INTO t VALUES (30)");
  const thirty = await moment();
  await ask(first.direct, "INSERT INTO t VALUES (40)");
  await test.fleet.createBranch({ id: "br-thirty", parent: { id: "br-one", at: thirty } });
  const grandchild = await test.endpoint("br-thirty");
  expect(await values(grandchild.direct)).toEqual([1, 30]);
});

it("has no state from before the branch, nor from the future", async () => {
  const before = Date.now() - 60_000;
  await test.branch("br-young");
  for (const at of [before, Date.now() + 60_000]) {
    const made = test.fleet.createBranch({ id: "br-never", parent: { id: "br-young", at } });
    await expect(made).rejects.toBeInstanceOf(BranchTimeUnavailable);
  }
  // Nothing of it is left.
  await test.fleet.createBranch({ id: "br-never" });
});

it("costs the same however many branches there are", async () => {
  const { direct } = await test.branch("br-large");
  await ask(direct, "CREATE TABLE t AS SELECT i AS value, repeat('x', 900) AS filler FROM generate_series(1, 10000) i");
  const sizes: number[] = [];
  for (let index = 0; index < 3; index++) {
    const before = sharedBytes(test.directory);
    await test.fleet.createBranch({ id: `br-large-${index}`, parent: { id: "br-large" } });
    sizes.push(sharedBytes(test.directory) - before);
  }
  const data = await test.fleet.logicalSize("br-large");
  // What the log has held meanwhile comes on top, and differs from run to run.
  for (const size of sizes) expect(size).toBeLessThan(data * 2);
});

it("leaves out the rows, wherever they were, when only the schema is asked for", async () => {
  const { direct } = await test.branch("br-full");
  const canary = "planted-4d1f9c";
  await ask(
    direct,
    `CREATE TABLE people (id serial PRIMARY KEY, name text); CREATE TABLE pets (owner int REFERENCES people, name text);
     INSERT INTO people (name) SELECT '${canary}' FROM generate_series(1, 1000); INSERT INTO pets SELECT 1, '${canary}';
     CREATE MATERIALIZED VIEW names AS SELECT name FROM people; ANALYZE`,
  );
  await ask(direct, `SELECT lo_from_bytea(0, '${canary}')`);
  const before = await moment();
  await test.fleet.createBranch({ id: "br-schema", parent: { id: "br-full" }, schemaOnly: true });
  const { direct: schema } = await test.endpoint("br-schema");
  expect(await ask(schema, "INSERT INTO people (name) VALUES ('new') RETURNING id")).toEqual([{ id: 1 }]);
  expect(await ask(schema, "SELECT FROM pets")).toEqual([]);
  await test.fleet.suspendEndpoint("ep-schema");
  const { branches } = JSON.parse(readFileSync(join(test.directory, "branches.json"), "utf8"));
  const { folder, base } = branches["br-schema"];
  await test.fleet.suspendEndpoint("ep-full");
  expect(filesWith(join(test.directory, "clusters", branches["br-full"].folder), canary)).not.toEqual([]);
  for (const place of [join("clusters", folder), join("bases", base)])
    expect(filesWith(join(test.directory, place), canary)).toEqual([]);
  const made = test.fleet.createBranch({ id: "br-leak", parent: { id: "br-schema", at: before } });
  await expect(made).rejects.toBeInstanceOf(BranchTimeUnavailable);
});

it("begins a history anew that has become long, and tells up to when it reaches back", async () => {
  const short = await openTestFleet({ historyBytes: 30 << 20 });
  try {
    const { direct } = await short.branch("br-long");
    await ask(direct, "CREATE TABLE t AS SELECT 1 AS value");
    const early = await moment();
    await ask(
      direct,
      "CREATE TABLE filler AS SELECT repeat('x', 900) FROM generate_series(1, 50000); DROP TABLE filler",
    );
    await short.fleet.suspendEndpoint("ep-long");
    await until(() => short.lines.some((line) => line.includes("br-long: its history begins anew")));
    const gone = short.fleet.createBranch({ id: "br-gone", parent: { id: "br-long", at: early } });
    await expect(gone).rejects.toBeInstanceOf(BranchTimeUnavailable);
    const late = await moment();
    await ask(direct, "INSERT INTO t VALUES (2)");
    await short.fleet.createBranch({ id: "br-late", parent: { id: "br-long", at: late } });
    const { direct: branch } = await short.endpoint("br-late");
    expect(await values(branch)).toEqual([1]);
  } finally {
    await short.close();
  }
});

/** Bytes on disk, a file with several names counted once. */
function sharedBytes(folder: string): number {
  const seen = new Set<number>();
  let bytes = 0;
  for (const file of filesBelow(folder)) {
    const { ino, blocks } = statSync(file);
    if (!seen.has(ino)) bytes += blocks * 512;
    seen.add(ino);
  }
  return bytes;
}
