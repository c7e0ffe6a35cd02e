import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { folderDestination } from "./folder-destination.ts";
import { listBackups } from "./list-backups.ts";
import { pruneBackups } from "./prune-backups.ts";
import { type BackupWorld, openBackupWorld } from "./testing/backup-world.ts";

const name = "test/finance";
let world: BackupWorld;
let ids: string[];
beforeAll(async () => {
  world = await openBackupWorld();
});
afterAll(() => world.close());

/** Three backups, newest first. */
beforeEach(async () => {
  rmSync(join(world.folder, "test"), { recursive: true, force: true });
  const source = await world.database("create table a (id int)");
  const made: string[] = [];
  for (let count = 0; count < 3; count++) made.push((await world.backUp(source)).manifest.id);
  ids = made.sort().reverse();
});

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
const keys = () => ({
  destination: folderDestination(world.folder),
  name,
  verificationKeys: [world.keys.verificationKey],
});
const prune = (keepDays: number, now: Date, keepAtLeast = 1) => pruneBackups({ ...keys(), keepDays, now, keepAtLeast });
const spoil = (id: unknown) => writeFileSync(join(world.folder, name, String(id), "contents.00001"), "spoilt");

it("lists finished backups of one name, newest first", async () => {
  await world.backUp(await world.database(), { name: `${name}/archive` });
  await world.backUp(await world.database(), { name: "test/finance-2" });
  mkdirSync(join(world.folder, name, "20200101T000000000Z-00000000"));
  writeFileSync(join(world.folder, name, "20200101T000000000Z-00000000", "t0001.00001"), "");
  expect((await listBackups(keys())).map(({ id }) => id)).toEqual(ids);
  expect(await listBackups({ ...keys(), name: "test/nothing" })).toEqual([]);
});

it("keeps what is young, and removes what is old with every file of it", async () => {
  expect(await prune(30, inDays(29))).toMatchObject({ kept: ids, removed: [] });
  expect(await prune(30, inDays(31), 2)).toEqual({
    kept: ids.slice(0, 2),
    removed: ids.slice(2),
    removedUnfinished: [],
    bad: [],
  });
  expect(readdirSync(join(world.folder, name)).sort().reverse()).toEqual(ids.slice(0, 2));
});

it("keeps the newest good one, however old, and not a bad one in its stead", async () => {
  spoil(ids[0]);
  expect(await prune(0, inDays(400), 0)).toEqual({
    kept: [ids[1]],
    removed: [ids[0], ids[2]],
    removedUnfinished: [],
    bad: [ids[0]],
  });
});

it("removes nothing where none is good, or the key is not theirs", async () => {
  for (const id of ids) spoil(id);
  expect(await prune(1, inDays(400))).toEqual({ kept: ids, removed: [], removedUnfinished: [], bad: ids });
});

it("removes what a process that died left behind, and not what may still be running", async () => {
  const left = join(world.folder, name, "20200101T000000000Z-00000000");
  mkdirSync(left);
  writeFileSync(join(left, "t0001.00001.partial"), "half");
  const young = join(
    world.folder,
    name,
    `${inDays(0)
      .toISOString()
      .replace(/[-:]|\.\d+/g, "")}-00000000`,
  );
  mkdirSync(young);
  writeFileSync(join(young, "t0001.00001"), "half");
  expect(await prune(30, inDays(1))).toMatchObject({ removedUnfinished: ["20200101T000000000Z-00000000"], kept: ids });
  expect(readdirSync(join(world.folder, name))).toHaveLength(4);
});
