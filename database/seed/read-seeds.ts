import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasSqlDetails, parse } from "libpg-query";
import { type SeedProblem, SeedsRefused } from "./seed-problem.ts";

export interface Seed {
  /** Name of the file; the order of the names is the order in which seeds are applied. */
  name: string;
  sql: string;
  /** sha256 in hex. */
  checksum: string;
}

/** Reads `NNNN_name.sql` of a folder, and has Postgres' own parser look through them. @throws SeedsRefused with every problem of the folder */
export async function readSeeds(folder: string): Promise<Seed[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new SeedsRefused("The seeds cannot be read:", [
      {
        file: folder,
        found: `no folder that can be read (${error.code})`,
        expected: "a folder of seeds",
        remedy: "correct the path",
      },
    ]);
  });
  const problems: SeedProblem[] = [];
  const seeds: Seed[] = [];
  for (const name of names.filter((name) => !name.startsWith(".") && !name.endsWith(".md")).sort()) {
    if (!/^\d{4}_[A-Za-z0-9_-]+\.sql$/.test(name)) {
      problems.push({
        file: name,
        found: "a name that is none of a seed",
        expected: "NNNN_name.sql, for example 0002_demo_accounts.sql",
        remedy: "rename it, or move it out of the folder",
      });
      continue;
    }
    const bytes = await readFile(join(folder, name));
    const sql = bytes.toString("utf8");
    problems.push(...(await problemsOf(name, sql)));
    seeds.push({ name, sql, checksum: createHash("sha256").update(bytes).digest("hex") });
  }
  if (problems.length > 0) throw new SeedsRefused("The seeds are refused and nothing was applied:", problems);
  return seeds;
}

async function problemsOf(file: string, sql: string): Promise<SeedProblem[]> {
  try {
    const { stmts = [] } = await parse(sql);
    if (stmts.length === 0)
      return [{ file, found: "no statement", expected: "at least one", remedy: "write it, or remove the file" }];
    return stmts
      .filter(({ stmt }) => stmt !== undefined && "TransactionStmt" in stmt)
      .map(({ stmt_location: at = 0 }) => ({
        file,
        line: lineAt(
          Buffer.from(sql)
            .subarray(0, at + leadingSpace(sql, at))
            .toString(),
        ),
        found: "a statement that begins or ends a transaction",
        expected: "none: each seed is applied in one transaction, together with the record of it",
        remedy: "remove it",
      }));
  } catch (error) {
    const at = error instanceof Error && hasSqlDetails(error) ? error.sqlDetails?.cursorPosition : undefined;
    return [
      {
        file,
        ...(at === undefined ? {} : { line: lineAt(sql.slice(0, at)) }),
        found: error instanceof Error ? error.message : String(error),
        expected: "SQL that Postgres understands; commands of psql such as \\copy are none",
        remedy: "correct it",
      },
    ];
  }
}

/** Where a statement really begins: the parser counts the space before it as its own. Offsets are bytes. */
function leadingSpace(sql: string, at: number): number {
  const rest = Buffer.from(sql).subarray(at).toString();
  return rest.length - rest.trimStart().length;
}

/** Line, from 1, on which a text ends. */
export const lineAt = (before: string): number => before.split("\n").length;
