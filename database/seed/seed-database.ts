import { type Client, DatabaseError } from "pg";
import { lineAt, readSeeds, type Seed } from "./read-seeds.ts";
import { type SeedProblem, SeedsRefused } from "./seed-problem.ts";

export interface SeedReport {
  /** Names of the files, in order: those that were applied now, and those that were before. */
  applied: readonly string[];
  already: readonly string[];
}

/** So that two that seed at once do not both apply a file; any number that nobody else uses. */
const lock = 7_236_500_117;

/**
 * Applies the seeds of a folder that this database has not had, in order, each in a transaction together with the record of it in
 * `chittyops.seeds`. What failed has left nothing behind; the next call goes on there. A seed that was changed after it ran is refused, and so
 * is every protected environment: seeds are made-up data.
 * @param client a session of the role that owns the schema
 * @throws SeedsRefused
 */
export async function seedDatabase(
  client: Client,
  folder: string,
  environment: { name: string; protected: boolean },
): Promise<SeedReport> {
  if (environment.protected)
    throw new SeedsRefused("Nothing was seeded:", [
      {
        file: folder,
        found: `environment ${environment.name}, which is protected`,
        expected: "an environment for trying things out; seeds are made-up data",
        remedy: "seed another environment, or a branch; data that production needs belongs in a migration",
      },
    ]);
  const seeds = await readSeeds(folder);
  const { rows } = await client.query<{ ours: boolean }>("select to_regclass('chittyops.seeds') is not null as ours");
  if (rows[0]?.ours !== true && seeds.length > 0)
    await createTable(client).catch((error: unknown) => {
      throw stopped(error, "chittyops.seeds", "", []);
    });
  const recorded = seeds.length > 0 ? await readRecorded(client) : new Map<string, string>();
  const problems = disagreements(seeds, recorded);
  if (problems.length > 0) throw new SeedsRefused("The seeds are refused and nothing was applied:", problems);
  const applied: string[] = [];
  const already: string[] = [];
  for (const seed of seeds) ((await applyOnce(client, seed, applied)) ? applied : already).push(seed.name);
  return { applied, already };
}

async function createTable(client: Client): Promise<void> {
  await client.query(`
    begin;
    select pg_advisory_xact_lock(${lock});
    create schema if not exists chittyops;
    create table if not exists chittyops.seeds (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now(),
      applied_by text not null default current_user
    );
    comment on table chittyops.seeds is 'Which seeds were applied; kept by chittyops.';
    commit`);
}

async function readRecorded(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>("select name, checksum from chittyops.seeds");
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function disagreements(seeds: readonly Seed[], recorded: ReadonlyMap<string, string>): SeedProblem[] {
  const last = [...recorded.keys()].sort().at(-1) ?? "";
  return seeds.flatMap(({ name, checksum }): SeedProblem[] => {
    const known = recorded.get(name);
    if (known !== undefined && known !== checksum)
      return [
        {
          file: name,
          found: "other content than when it was applied",
          expected: `the content with the sha256 ${known}`,
          remedy: "put it back as it was, and write what is new in a file of its own",
        },
      ];
    if (known === undefined && name < last)
      return [
        {
          file: name,
          found: `a new seed that comes before ${last}, which was applied`,
          expected: "new seeds at the end",
          remedy: "give it a higher number",
        },
      ];
    return [];
  });
}

/** @returns whether it was applied now; another session may have been faster. */
async function applyOnce(client: Client, { name, sql, checksum }: Seed, before: readonly string[]): Promise<boolean> {
  await client.query("begin");
  try {
    await client.query("select pg_advisory_xact_lock($1)", [lock]);
    const { rows } = await client.query("select from chittyops.seeds where name = $1", [name]);
    if (rows.length === 0) {
      await client.query(sql);
      await client.query("insert into chittyops.seeds (name, checksum) values ($1, $2)", [name, checksum]);
    }
    await client.query("commit");
    return rows.length === 0;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw stopped(error, name, sql, before);
  }
}

function stopped(error: unknown, file: string, sql: string, before: readonly string[]): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const done =
    before.length === 0 ? "nothing was applied" : `${before.join(", ")} ${before.length === 1 ? "is" : "are"} applied`;
  return new SeedsRefused(`Seeding stopped; ${done}:`, [
    {
      file,
      ...(error.position === undefined ? {} : { line: lineAt(sql.slice(0, Number(error.position) - 1)) }),
      found: `${error.message} (${error.code})`,
      expected: "every statement to succeed; this file has left nothing behind",
      remedy:
        error.code === "42501"
          ? "seed as the role that owns the schema"
          : "correct the file and seed again: it goes on with this file",
    },
  ]);
}
