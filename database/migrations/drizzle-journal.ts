import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { MigrationProblem } from "./problem.ts";

const journalFile = "meta/_journal.json";
const journal = z.object({
  dialect: z.string().optional(),
  entries: z.array(
    z.object({ idx: z.int().min(0), when: z.int(), tag: z.string().regex(/^[^/\\]+$/), breakpoints: z.boolean() }),
  ),
});

/**
 * The entries of drizzle's journal, or undefined when the folder is none of drizzle's.
 * Other files of the folder are drizzle's business (`drizzle-kit pull` writes schema.ts there), except SQL that no entry names.
 */
export function readDrizzleJournal(
  path: string,
  problems: MigrationProblem[],
): { number: number; name: string; when: number }[] | undefined {
  let text: string;
  try {
    text = readFileSync(join(path, journalFile), "utf8");
  } catch {
    return undefined;
  }
  const parsed = parse(text);
  if (typeof parsed === "string") {
    problems.push({
      file: journalFile,
      found: parsed,
      expected: "drizzle's journal: entries with idx, when, tag and breakpoints",
      remedy: "restore the file, or have drizzle-kit write it again",
    });
    return [];
  }
  const { dialect, entries } = parsed;
  if (dialect !== undefined && !["postgresql", "pg"].includes(dialect))
    problems.push({
      file: journalFile,
      found: `the dialect ${dialect}`,
      expected: "postgresql",
      remedy: "name the folder of the Postgres schema",
    });
  const sorted = entries.toSorted((a, b) => a.idx - b.idx);
  for (const [index, entry] of sorted.entries()) {
    const former = sorted[index - 1];
    if (former === undefined || entry.when > former.when) continue;
    problems.push({
      file: journalFile,
      found: `${entry.tag} with a \`when\` that is not later than that of ${former.tag}`,
      expected: "times that grow with idx; drizzle itself silently skips the entry",
      remedy: "generate the younger migration again, or give it a later `when`",
    });
  }
  const tags = new Set(entries.map(({ tag }) => `${tag}.sql`));
  for (const file of readdirSync(path).filter((name) => name.endsWith(".sql") && !tags.has(name)))
    problems.push({
      file,
      found: "a file that meta/_journal.json does not name, so it never runs",
      expected: "an entry of the journal for each SQL file",
      remedy: "make it with `drizzle-kit generate --custom`, or remove it",
    });
  return sorted.map(({ idx, tag, when }) => ({ number: idx, name: tag, when }));
}

function parse(text: string): z.infer<typeof journal> | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "text that is not JSON";
  }
  const result = journal.safeParse(json);
  return result.success ? result.data : z.prettifyError(result.error).replaceAll("\n", " ");
}
