import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDrizzleJournal } from "./drizzle-journal.ts";
import { readHeader } from "./header.ts";
import { fourDigits, type Migration, type MigrationFolder, sha256 } from "./migration.ts";
import { type MigrationProblem, MigrationsRefused } from "./problem.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

interface Entry {
  number: number;
  name: string;
  /** Drizzle's time of the migration, milliseconds since the epoch. */
  when?: number;
}

/**
 * Reads a folder of plain SQL files `NNNN_name.sql`, or a folder of drizzle as it is (told by `meta/_journal.json`). No SQL is parsed here.
 * Reads synchronously: 200 small files cost 2 ms so, and 12 ms over the thread pool.
 * @throws MigrationsRefused with every problem of the folder
 */
export function readMigrations(path: string): MigrationFolder {
  const problems: MigrationProblem[] = [];
  const journal = readDrizzleJournal(path, problems);
  const entries: Entry[] = journal ?? listSqlFiles(path, problems);
  const migrations = entries.flatMap((entry) => readFile(path, entry, problems) ?? []);
  migrations.sort((a, b) => a.number - b.number);
  problems.push(...duplicates(migrations), ...unknownOvertakes(migrations));
  if (problems.length > 0) throw new MigrationsRefused(problems);
  return { path, kind: journal === undefined ? "sql" : "drizzle", migrations };
}

function listSqlFiles(path: string, problems: MigrationProblem[]): Entry[] {
  let files: string[];
  try {
    files = readdirSync(path).sort();
  } catch (error) {
    problems.push({
      file: path,
      found: `no folder that can be read (${code(error)})`,
      expected: "a folder with the migrations",
      remedy: "correct the path, or make the folder; an empty one is fine",
    });
    return [];
  }
  return files.flatMap((file) => {
    if (file.startsWith(".") || file.endsWith(".md")) return [];
    const match = /^(\d{4,15})_([A-Za-z0-9][A-Za-z0-9_-]*)\.sql$/.exec(file);
    if (match) return [{ number: Number(match[1]), name: file.slice(0, -".sql".length) }];
    const drizzleOne = existsSync(join(path, file, "migration.sql"));
    problems.push({
      file,
      found: drizzleOne ? "the layout of drizzle-kit 1, which has no journal" : "a name that is none of a migration",
      expected: "NNNN_name.sql with at least four digits, for example 0007_add_due_at.sql",
      remedy: drizzleOne ? "keep drizzle-kit 0.31 for this folder" : "rename it, or move it out of the folder",
    });
    return [];
  });
}

function readFile(path: string, entry: Entry, problems: MigrationProblem[]): Migration | undefined {
  const file = `${entry.name}.sql`;
  const problem = (found: string, expected: string, remedy: string) => {
    problems.push({ file, found, expected, remedy });
    return undefined;
  };
  let source: string;
  try {
    source = readFileSync(join(path, file), "utf8");
    // Decoding as above is faster, but puts U+FFFD for what is no UTF-8.
    if (source.includes("\uFFFD")) source = utf8.decode(readFileSync(join(path, file)));
  } catch (error) {
    if (error instanceof TypeError)
      return problem("bytes that are not UTF-8", "a text in UTF-8", "save the file as UTF-8");
    if (entry.when !== undefined && code(error) === "ENOENT")
      return problem(
        "no such file, though meta/_journal.json names it",
        "a file for each entry of the journal",
        "restore the file, or drop the entry with `drizzle-kit drop`",
      );
    return problem(
      `that it cannot be read (${code(error)})`,
      "a readable file",
      "correct its permissions, or remove it",
    );
  }
  const sql = source.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  // Postgres ends a text at its first NUL, and so does the parser: what follows would never run.
  if (sql.includes("\0")) return problem("a NUL character", "a text in UTF-8", "save the file as UTF-8 without NULs");
  if (!/^[^\S\n]*(?!--)\S/m.test(sql))
    return problem("no statement", "at least one statement", "write it, or remove the file");
  const header = readHeader(sql, file);
  problems.push(...header.problems);
  const { phase, transaction, overtakes, waivers } = header;
  const { number, name, when } = entry;
  const migration: Migration = {
    number,
    name,
    file,
    sql,
    checksum: sha256(sql),
    phase,
    transaction,
    overtakes,
    waivers,
  };
  // Drizzle hashes what it reads; the same file may since have been checked out with other line ends.
  if (when !== undefined)
    migration.drizzle = { when, hashes: () => [source, sql, sql.replaceAll("\n", "\r\n")].map(sha256) };
  return migration;
}

function duplicates(migrations: readonly Migration[]): MigrationProblem[] {
  return migrations.flatMap((migration, index) => {
    const former = migrations[index - 1];
    if (former?.number !== migration.number) return [];
    return [
      {
        file: migration.file,
        found: `the number ${fourDigits(migration.number)}, which ${former.file} has too`,
        expected: "a number of its own for each migration",
        remedy: "give the younger of them the next free number",
      },
    ];
  });
}

function unknownOvertakes(migrations: readonly Migration[]): MigrationProblem[] {
  const contracts = new Set(migrations.filter(({ phase }) => phase === "contract").map(({ number }) => number));
  return migrations.flatMap(({ file, number, phase, overtakes }) =>
    overtakes
      .filter((other) => phase === "contract" || other >= number || !contracts.has(other))
      .map((other) => ({
        file,
        found: `overtakes=${fourDigits(other)}`,
        expected: "an expand migration that names contract migrations with smaller numbers of the same folder",
        remedy: "correct the number, or remove the line",
      })),
  );
}

function code(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
