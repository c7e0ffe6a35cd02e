import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type MigrationProblem, MigrationsRefused } from "./problem.ts";
import { readMigrations } from "./read-folder.ts";
import { folderOf } from "./testing/folder.ts";

function problemsOf(folder: string): readonly MigrationProblem[] {
  try {
    readMigrations(folder);
  } catch (error) {
    if (error instanceof MigrationsRefused) return error.problems;
    throw error;
  }
  return [];
}

it("reads plain files in the order of their numbers, with their directives", () => {
  const { kind, migrations } = readMigrations(
    folderOf({
      "0010_drop.sql":
        "-- why\n-- chittyops: phase=contract\n\n--chittyops: allow drop-column: nothing reads it since 1.4\nalter table a drop b;",
      "0002_index.sql": "-- chittyops: transaction=off\ncreate index concurrently i on a (b);",
      "0011_more.sql": "-- chittyops: overtakes=10\nselect 1;",
      "README.md": "About these.",
      ".gitkeep": "",
    }),
  );
  expect(kind).toBe("sql");
  expect(
    migrations.map(({ name, phase, transaction, overtakes }) => ({ name, phase, transaction, overtakes })),
  ).toEqual([
    { name: "0002_index", phase: "expand", transaction: false, overtakes: [] },
    { name: "0010_drop", phase: "contract", transaction: true, overtakes: [] },
    { name: "0011_more", phase: "expand", transaction: true, overtakes: [10] },
  ]);
  expect(migrations[1]?.waivers).toEqual([{ rule: "drop-column", reason: "nothing reads it since 1.4", line: 4 }]);
});

it("takes the same checksum whatever the line ends and the byte order mark, and another for another text", () => {
  const checksum = (text: string) => readMigrations(folderOf({ "0001_a.sql": text })).migrations[0]?.checksum;
  expect(checksum("\uFEFFselect 1;\r\nselect 2;\r\n")).toBe(checksum("select 1;\nselect 2;\n"));
  expect(checksum("select 1;\nselect 2;")).not.toBe(checksum("select 1;\nselect 2;\n"));
});

it("finds all problems of a folder at once, each with its file", () => {
  const folder = folderOf({
    "0001_a.sql": "select 1;",
    "0001_b.sql": "select 1;",
    "0002_empty.sql": "\n-- nothing yet\n",
    "0003_bytes.sql": Buffer.from([0xff, 0xfe, 0x00]),
    "0004_nul.sql": "select 1;\0select 2;",
    "0005_folder.sql/x": "",
    "0006_directive.sql": "-- chittyops: phase=later\nselect 1;",
    "0007_below.sql": "select 1;\n-- chittyops: phase=contract\n",
    "0008_waiver.sql": "-- chittyops: allow drop-column\nselect 1;",
    "0009_overtakes.sql": "-- chittyops: overtakes=1\nselect 1;",
    "10_short.sql": "select 1;",
    "notes.txt": "",
  });
  symlinkSync("/nowhere", join(folder, "0010_gone.sql"));
  expect(problemsOf(folder).map(({ file, line, found }) => [file, line, found])).toEqual([
    ["10_short.sql", undefined, "a name that is none of a migration"],
    ["notes.txt", undefined, "a name that is none of a migration"],
    ["0002_empty.sql", undefined, "no statement"],
    ["0003_bytes.sql", undefined, "bytes that are not UTF-8"],
    ["0004_nul.sql", undefined, "a NUL character"],
    ["0005_folder.sql", undefined, "that it cannot be read (EISDIR)"],
    ["0006_directive.sql", 1, "`phase=later`, which is not a directive"],
    ["0007_below.sql", 2, "the directive `phase=contract` below the first statement, where it has no effect"],
    ["0008_waiver.sql", 1, "the waiver `allow drop-column` without a rule or a reason"],
    ["0010_gone.sql", undefined, "that it cannot be read (ENOENT)"],
    ["0001_b.sql", undefined, "the number 0001, which 0001_a.sql has too"],
    ["0009_overtakes.sql", undefined, "overtakes=0001"],
  ]);
});

it("says that a folder does not exist", () => {
  expect(problemsOf("/nowhere/migrations")).toMatchObject([{ found: "no folder that can be read (ENOENT)" }]);
});

const entry = (idx: number, tag: string, when: number) => ({ idx, version: "7", when, tag, breakpoints: true });
const journal = (...entries: object[]) => JSON.stringify({ version: "7", dialect: "postgresql", entries });

it("reads a folder of drizzle as it is", () => {
  const { kind, migrations } = readMigrations(
    folderOf({
      "meta/_journal.json": journal(entry(1, "0001_wild_hulk", 2000), entry(0, "0000_slow_thor", 1000)),
      "meta/0000_snapshot.json": "{}",
      "0000_slow_thor.sql": 'CREATE TABLE "a" ("id" int);',
      "0001_wild_hulk.sql": 'ALTER TABLE "a" ADD "b" int;',
      "schema.ts": "export {};",
    }),
  );
  expect(kind).toBe("drizzle");
  expect(migrations.map(({ number, name, drizzle }) => [number, name, drizzle?.when])).toEqual([
    [0, "0000_slow_thor", 1000],
    [1, "0001_wild_hulk", 2000],
  ]);
});

it("finds all problems of a folder of drizzle at once", () => {
  const folder = folderOf({
    "meta/_journal.json": journal(entry(0, "0000_a", 2000), entry(1, "0001_gone", 1000), entry(1, "0001_b", 3000)),
    "0000_a.sql": "select 1;",
    "0001_b.sql": "select 1;",
    "0002_forgotten.sql": "select 1;",
  });
  expect(problemsOf(folder).map(({ file, found }) => [file, found])).toEqual([
    ["meta/_journal.json", "0001_gone with a `when` that is not later than that of 0000_a"],
    ["0002_forgotten.sql", "a file that meta/_journal.json does not name, so it never runs"],
    ["0001_gone.sql", "no such file, though meta/_journal.json names it"],
  ]);
});

it.each([
  ["{", "text that is not JSON"],
  ['{"entries":[{"idx":0,"when":1,"tag":"../../etc/passwd","breakpoints":true}]}', "entries[0].tag"],
  ['{"entries":1}', "entries"],
])("refuses a journal that is none: %s", (text, found) => {
  expect(problemsOf(folderOf({ "meta/_journal.json": text }))[0]?.found).toContain(found);
});

it("says which layout of drizzle it does not know", () => {
  const folder = folderOf({ "20261102101500_slow_thor/migration.sql": "select 1;" });
  expect(problemsOf(folder)[0]?.found).toBe("the layout of drizzle-kit 1, which has no journal");
});
