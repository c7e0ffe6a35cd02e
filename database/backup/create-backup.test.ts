import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Destination } from "./destination.ts";
import { folderDestination } from "./folder-destination.ts";
import { listBackups } from "./list-backups.ts";
import { type BackupWorld, openBackupWorld, ownerPassword, type TestDatabase } from "./testing/backup-world.ts";

let world: BackupWorld;
let source: TestDatabase;
const canary = "canary-row-c0ffee";
const schema =
  "create table canary_table (id int, words text); create table small (id int); create table other (id int)";

beforeAll(async () => {
  world = await openBackupWorld();
  source = await world.database(schema);
  // Some 20 MB that do not compress to nothing, so that a copy is still going on when its first piece is stored.
  await source.query(`
    insert into canary_table select g, '${canary}' || repeat(md5(g::text), 10) from generate_series(1, 60000) g;
    insert into other select g from generate_series(1, 20000) g; insert into small select g from generate_series(1, 1000) g`);
});
afterAll(() => world.close());
beforeEach(() => expect(world.stored().paths).toEqual([]));

/** A folder whose `put` first does something else. */
function destination(before: (path: string, count: number) => unknown): Destination {
  const folder = folderDestination(world.folder);
  let count = 0;
  return {
    ...folder,
    async put(path, content, signal) {
      await before(path, ++count);
      await folder.put(path, content, signal);
    },
  };
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error("It did not come about within 30 s.");
    await delay(10);
  }
}

const sessions = () =>
  world.postgres.query(`select pid, wait_event_type from pg_stat_activity where application_name = '${source.name}'`);
const finished = () =>
  listBackups({
    destination: folderDestination(world.folder),
    name: "test/finance",
    verificationKeys: [world.keys.verificationKey],
  });

/** Leaves nothing for the next test. */
async function withBackup<Result>(making: ReturnType<BackupWorld["backUp"]>, look: (id: string) => Promise<Result>) {
  const { manifest } = await making;
  try {
    return await look(manifest.id);
  } finally {
    const folder = folderDestination(world.folder);
    for (const { path } of await folder.list("test/finance/")) await folder.remove(path);
  }
}

it("gives up without a trace when its connection drops, says so, and works the next time", async () => {
  const kill = () =>
    world.postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${source.name}'`,
    );
  const broken = world.backUp(source, {
    destination: destination((_, count) => count === 1 && kill()),
    pieceBytes: 65_536,
  });
  await expect(broken).rejects.toMatchObject({
    reason: "connection-lost",
    found: expect.stringMatching(/^Copying public\.\w+: the connection to Postgres was lost/),
  });
  expect(world.stored().paths).toEqual([]);
  expect(await finished()).toEqual([]);
  await withBackup(world.backUp(source), async () => expect(await finished()).toHaveLength(1));
});

it("removes what it wrote when the disk is full", async () => {
  const full = destination((_, count) => {
    if (count === 4) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  });
  await expect(world.backUp(source, { destination: full, pieceBytes: 65_536 })).rejects.toMatchObject({
    reason: "destination-full",
    found: expect.stringContaining(world.folder),
  });
  expect(world.stored().paths).toEqual([]);
});

it("is no backup when the destination fails at the manifest and at everything after", async () => {
  let isBroken = false;
  const fail = () => {
    throw Object.assign(new Error("EIO"), { code: "EIO" });
  };
  const dying: Destination = {
    ...destination((path) => {
      isBroken ||= path.endsWith("manifest.json");
      if (isBroken) fail();
    }),
    remove: async () => fail(),
  };
  await expect(world.backUp(source, { destination: dying })).rejects.toMatchObject({ reason: "destination" });
  expect(world.stored().paths.length).toBeGreaterThan(3);
  expect(await finished()).toEqual([]);
  const folder = folderDestination(world.folder);
  for (const { path } of await folder.list("test/finance/")) await folder.remove(path);
});

it("ends soon when it is aborted, with all its sessions", async () => {
  const controller = new AbortController();
  const aborting = world.backUp(source, {
    destination: destination((_, count) => count === 2 && controller.abort()),
    pieceBytes: 65_536,
    signal: controller.signal,
  });
  await expect(aborting).rejects.toMatchObject({ reason: "aborted" });
  await until(async () => (await sessions()).length === 0);
  await expect(world.backUp(source, { signal: AbortSignal.abort() })).rejects.toMatchObject({ reason: "aborted" });
});

it("shows one moment of all tables, whatever happens meanwhile", async () => {
  const bank = await world.database(
    "create table a (cents int); create table b (cents int); create table c (cents int)",
  );
  await bank.query("insert into a values (1000); insert into b values (1000); insert into c values (1000)");
  const transfer = (from: string, to: string) =>
    bank.query(`begin; update ${from} set cents = cents - 7; update ${to} set cents = cents + 7; commit`);
  let moved = 0;
  const mix = async () => {
    await transfer("a", "b");
    await transfer("b", "c");
    await bank.query(`insert into c values (0); create table later_${moved++} (id int)`);
    await expect(bank.query("begin; lock table a in access exclusive mode nowait")).rejects.toThrow(
      "could not obtain lock",
    );
  };
  await withBackup(world.backUp(bank, { destination: destination(mix) }), async (id) => {
    const target = await world.database();
    const { tables } = await world.restore(id, target);
    expect(moved).toBeGreaterThan(3);
    expect(tables).toHaveLength(3);
    const all = "select cents from a union all select cents from b union all select cents from c";
    expect(await target.query(all)).toEqual([{ cents: 1000 }, { cents: 1000 }, { cents: 1000 }]);
  });
});

it("neither fails nor waits for ever where somebody waits to alter a table", async () => {
  let altering: Promise<unknown> | undefined;
  const stored: string[] = [];
  const isWaiting = async () =>
    (await world.postgres.query("select from pg_locks where mode = 'AccessExclusiveLock' and not granted")).length > 0;
  const slow = destination(async (path) => {
    const file = path.slice(-11, -6);
    // The main session copies the largest table, and may not go on until the other one has passed over the one that is waited for.
    if (file === "t0001") await until(() => stored.includes("t0004"));
    if (file === "t0002") {
      altering ??= source.query("alter table small add column more int");
      await until(isWaiting);
    }
    stored.push(file);
  });
  await source.query("create table fourth (id int)");
  await withBackup(world.backUp(source, { destination: slow, parallel: 2, pieceBytes: 2 ** 26 }), async (id) => {
    expect(stored.indexOf("t0003")).toBeGreaterThan(stored.indexOf("t0004"));
    await altering;
    const target = await world.database();
    const migrate = async () => void (await target.query(`${schema}; create table fourth (id int)`));
    await world.restore(id, target, { migrate });
    expect(await target.query("select count(*)::int as rows from small")).toEqual([{ rows: 1000 }]);
  });
  await source.query("drop table fourth; alter table small drop column more");
});

it("writes nothing in plain: no row, no name of a table, no password, also not into errors and progress", async () => {
  const said: string[] = [];
  const progress = (line: string) => said.push(line);
  await withBackup(world.backUp(source, { progress }), async (id) => {
    const { text } = world.stored();
    expect(text).toContain(id);
    for (const secret of [
      canary,
      "canary_table",
      "create table",
      ownerPassword,
      world.keys.identity,
      world.keys.signingKey,
    ]) {
      expect(text).not.toContain(secret);
    }
  });
  expect(said.join("\n")).toContain("canary_table");
  expect(said.join("\n")).not.toMatch(new RegExp(`${canary}|${ownerPassword}`));
});

it("hands pieces of the size it was told to, as many at a time as it has sessions", async () => {
  let now = 0;
  let most = 0;
  const sizes: number[] = [];
  const folder = folderDestination(world.folder);
  const watching: Destination = {
    ...folder,
    async put(path, content) {
      most = Math.max(most, ++now);
      sizes.push(content.length);
      await folder.put(path, content);
      now--;
    },
  };
  await withBackup(world.backUp(source, { destination: watching, parallel: 2, pieceBytes: 100_000 }), async (id) => {
    expect(most).toBeLessThanOrEqual(2);
    expect(Math.max(...sizes)).toBe(100_000);
    expect(sizes.filter((size) => size === 100_000).length).toBeGreaterThan(10);
    await world.restore(id, await world.database());
  });
});

it("refuses what it cannot use without repeating it", async () => {
  const failures = await Promise.all([
    world.backUp(source, { recipients: [world.keys.identity] }).catch((error: Error) => error),
    world.backUp(source, { recipients: [] }).catch((error: Error) => error),
    world.backUp(source, { signingKey: world.keys.identity }).catch((error: Error) => error),
    world.backUp(source, { name: "../finance" }).catch((error: Error) => error),
  ]);
  for (const failure of failures) {
    expect(failure).toMatchObject({ reason: "invalid-argument" });
    expect(`${(failure as Error).stack}`).not.toContain(world.keys.identity);
  }
});

it("names the table that the role may not read", async () => {
  await world.postgres.query("create table of_others (id int)", source.name);
  await expect(world.backUp(source)).rejects.toMatchObject({
    reason: "not-allowed",
    found: expect.stringContaining("of_others"),
  });
  await world.postgres.query("drop table of_others", source.name);
});
