import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type DrillOptions, drill } from "./drill.ts";
import { folderDestination } from "./folder-destination.ts";
import type { Manifest } from "./manifest.ts";
import { type BackupWorld, openBackupWorld, ownerPassword, type TestDatabase } from "./testing/backup-world.ts";

const name = "test/finance";
let world: BackupWorld;
let source: TestDatabase;
let manifest: Manifest;
let reportFolder: string;
let removed: string[];

beforeAll(async () => {
  world = await openBackupWorld();
  reportFolder = mkdtempSync(join(tmpdir(), "drills-"));
  source = await world.database(`
    create table account (id int primary key, words text);
    create table entry (account int references account, at timestamptz, second int);
    alter table entry add foreign key (second) references account not valid`);
  await source.query(
    `insert into account values (1, 'canary-row-d811'); insert into entry values (1, now() - interval '1 hour', null)`,
  );
});
beforeEach(async () => {
  removed = [];
  ({ manifest } = await world.backUp(source));
});
afterAll(async () => {
  rmSync(reportFolder, { recursive: true, force: true });
  await world.close();
});

const run = (options: Partial<DrillOptions> = {}) =>
  drill({
    destination: folderDestination(world.folder),
    name,
    identities: [world.keys.identity],
    verificationKeys: [world.keys.verificationKey],
    objectives: { recoveryPoint: 3600, recoveryTime: 600 },
    reportFolder,
    async scratch() {
      const database = await world.database();
      return {
        connect: () => database.connect(),
        migrate: database.migrate,
        remove: async () => {
          await world.postgres.query(`drop database ${database.name}`);
          removed.push(database.name);
        },
      };
    },
    ...options,
  });

it("restores the newest backup, measures, checks, removes what it made, and writes it down", async () => {
  const { report, files } = await run({
    checks: [{ name: "an account", sql: "select count(*) = 1 from account" }],
    newestRecord: { sql: "select max(at) from entry", within: 3700 },
  });
  expect(report).toMatchObject({ passed: true, problems: [], backup: { id: manifest.id, rows: 2 } });
  expect(report.recoveryPoint).toMatchObject({ met: true, objective: 3600, value: expect.closeTo(0, -2) });
  expect(report.recoveryTime?.value).toBeGreaterThan(0);
  expect(report.checks.map((check) => [check.name, check.passed])).toEqual([
    ["rows", true],
    ["foreign keys", true],
    ["newest record", true],
    ["an account", true],
  ]);
  expect(report.checks[1]?.found).toBe("1 foreign keys, no orphan; 1 NOT VALID or over periods");
  expect(removed).toHaveLength(1);
  const [json = "", markdown = ""] = files;
  expect(JSON.parse(readFileSync(json, "utf8"))).toEqual(report);
  expect(readFileSync(markdown, "utf8")).toMatch(/# Restore drill of test\/finance: passed[\s\S]*recovery time/);
  expect(readFileSync(markdown, "utf8") + readFileSync(json, "utf8")).not.toMatch(
    new RegExp(`canary-row|${ownerPassword}`),
  );
});

it("fails when an objective is missed", async () => {
  const late = await run({ now: new Date(Date.now() + 7_200_000) });
  expect(late.report).toMatchObject({ passed: false, recoveryPoint: { met: false }, recoveryTime: { met: true } });
  expect(late.report.problems).toEqual([
    expect.stringMatching(/recovery point's age is 7\d\d\d\.\d s, the objective is 3600 s/),
  ]);
  const slow = await run({ objectives: { recoveryPoint: 3600, recoveryTime: 0 } });
  expect(slow.report).toMatchObject({ passed: false, recoveryTime: { met: false } });
  expect(readFileSync(String(slow.files[1]), "utf8")).toContain("FAILED");
});

it("fails by every check that does not hold, without telling values", async () => {
  const { report } = await run({
    checks: [
      { name: "false", sql: "select false" },
      { name: "a value", sql: "select words from account" },
      { name: "nothing", sql: "select true where false" },
      { name: "broken", sql: "select words::int from account" },
      { name: "writes", sql: "delete from account returning true" },
      { name: "true", sql: "select true" },
    ],
    newestRecord: { sql: "select max(at) from entry", within: 60 },
  });
  expect(report.passed).toBe(false);
  const failed = report.checks.filter((check) => !check.passed).map((check) => check.name);
  expect(failed).toEqual(["newest record", "false", "a value", "nothing", "broken", "writes"]);
  expect(report.problems).toHaveLength(6);
  expect(JSON.stringify(report)).not.toContain("canary");
});

it("reports rows that refer to nothing", async () => {
  const { report } = await run({
    async scratch() {
      const database = await world.database();
      return {
        // What no restore lets happen, a superuser can: rows that the constraint never saw.
        connect: async () => {
          const restored = await world.postgres.query(
            "select from pg_tables where tablename = 'account' and schemaname = 'public'",
            database.name,
          );
          if (restored.length > 0) {
            await world.postgres.query(
              "set session_replication_role = replica; insert into entry values (404, now())",
              database.name,
            );
          }
          return database.connect();
        },
        migrate: database.migrate,
        remove: async () => void (await world.postgres.query(`drop database ${database.name}`)),
      };
    },
    parallel: 1,
  });
  expect(report.problems).toEqual([
    'Check "foreign keys" failed: 1 rows of public.entry refer to nothing by entry_account_fkey; 1 NOT VALID or over periods.',
  ]);
});

it("is a report too when the backup is damaged or there is none, and removes the scratch database", async () => {
  writeFileSync(join(world.folder, name, manifest.id, "t0001.00001"), "damaged");
  const { report, files } = await run();
  expect(report).toMatchObject({
    passed: false,
    problems: [expect.stringContaining("t0001.00001 ends after 7 bytes")],
  });
  expect(removed).toHaveLength(1);
  expect(JSON.parse(readFileSync(String(files[0]), "utf8"))).toEqual(report);
  const none = await run({ name: "test/nothing" });
  expect(none.report).toMatchObject({
    passed: false,
    problems: [expect.stringContaining("no finished backup of test/nothing")],
  });
  expect(removed).toHaveLength(1);
});

it("says so when the scratch database stays behind, or cannot be made", async () => {
  const fail = async () => {
    throw new Error("423 Locked");
  };
  const kept = await run({
    async scratch() {
      const database = await world.database();
      return { connect: () => database.connect(), migrate: database.migrate, remove: fail };
    },
  });
  expect(kept.report.problems).toEqual(["The scratch database was not removed: 423 Locked"]);
  const unmade = await run({ scratch: fail });
  expect(unmade.report.problems).toEqual(["423 Locked"]);
});

it("removes the scratch database when it is aborted", async () => {
  const controller = new AbortController();
  const progress = (line: string) => line.startsWith("Preparing") && controller.abort();
  await expect(run({ signal: controller.signal, progress })).rejects.toMatchObject({ reason: "aborted" });
  expect(removed).toHaveLength(1);
});
