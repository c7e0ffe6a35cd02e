import { expect, it } from "vitest";
import { migrate, type SchemaStep } from "./migrate.ts";
import { memoryStorage } from "./testing/memory-storage.ts";

const first: SchemaStep = ["CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)"];
const second: SchemaStep = [
  "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'unknown'",
  "CREATE INDEX notes_by_author ON notes (author)",
];
const broken: SchemaStep = ["ALTER TABLE notes ADD COLUMN colour TEXT", "ALTER TABLE nothing ADD COLUMN size INTEGER"];

const rowsOf = (storage: ReturnType<typeof memoryStorage>) => storage.sql.exec("SELECT * FROM notes").toArray();

it("brings a storage that was written before there were versions to the newest one, with what is in it", () => {
  const storage = memoryStorage();
  storage.sql.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
  storage.sql.exec("INSERT INTO notes VALUES (1, 'kept')");
  migrate(storage, "notes", [first, second]);
  expect(rowsOf(storage)).toEqual([{ id: 1, text: "kept", author: "unknown" }]);
});

it("does no step twice", () => {
  const storage = memoryStorage();
  for (const steps of [[first], [first], [first, second], [first, second]]) migrate(storage, "notes", steps);
  expect(rowsOf(storage)).toEqual([]);
});

it("leaves a storage that is ahead as it is, so that the code before can be rolled out again", () => {
  const storage = memoryStorage();
  migrate(storage, "notes", [first, second]);
  migrate(storage, "notes", [first]);
  storage.sql.exec("INSERT INTO notes (id, text) VALUES (2, 'by the code before')");
  migrate(storage, "notes", [first, second]);
  expect(rowsOf(storage)).toEqual([{ id: 2, text: "by the code before", author: "unknown" }]);
});

it("does a step that fails not at all, and goes on at it the next time", () => {
  const storage = memoryStorage();
  expect(() => migrate(storage, "notes", [first, broken])).toThrow();
  storage.sql.exec("INSERT INTO notes VALUES (1, 'two columns still')");
  migrate(storage, "notes", [first, second]);
  expect(rowsOf(storage)).toEqual([{ id: 1, text: "two columns still", author: "unknown" }]);
});

it("keeps the versions of several keepers of one storage apart", () => {
  const storage = memoryStorage();
  migrate(storage, "notes", [first, second]);
  migrate(storage, "labels", [["CREATE TABLE labels (name TEXT)"]]);
  expect(storage.sql.exec("SELECT * FROM labels").toArray()).toEqual([]);
});
