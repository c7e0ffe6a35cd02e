import { fourDigits, type Migration, type MigrationFolder, type Phase } from "./migration.ts";
import type { MigrationProblem } from "./problem.ts";
import type { Recorded } from "./state.ts";

/**
 * Whether contract migrations may run now: `ok` says that no version of the service that was built before them is live or can be rolled back
 * to. Before the first deployment nothing is live, so it is `ok`; before any other deployment it is not, since the old version is.
 */
export type ContractAllowed = { ok: true } | { ok: false; why: string };

export interface Held {
  migration: Migration;
  why: string;
}

export interface Planned {
  migration: Migration;
  /** Its record, when it was begun and not finished. */
  begun?: Recorded;
}

export interface Plan {
  /** To be run, in this order. */
  run: readonly Planned[];
  /** Contract migrations whose time has not come; no fault. */
  held: readonly Held[];
  /** When there is one, nothing may run. */
  problems: readonly MigrationProblem[];
}

/** Decides what a run does; the rules are in the README of this folder. */
export function plan(
  { migrations }: Pick<MigrationFolder, "migrations">,
  recorded: readonly Recorded[],
  phase: Phase,
  contractAllowed: ContractAllowed,
): Plan {
  const known = new Map(recorded.map((record) => [record.name, record]));
  const pending = migrations.filter(({ name }) => known.get(name)?.state !== "applied");
  const run: Planned[] = [];
  const held: Held[] = [];
  const problems = drift(migrations, recorded);
  for (const migration of pending) {
    const begun = known.get(migration.name);
    if (migration.phase === "contract" && !begun) {
      const needed = pending.some((later) => needs(later, migration));
      if (!contractAllowed.ok) held.push({ migration, why: contractAllowed.why });
      else if (phase === "expand" && !needed)
        held.push({ migration, why: "it runs after the deployment, when the new version is healthy" });
      else run.push({ migration });
      continue;
    }
    problems.push(
      ...held.filter((other) => needs(migration, other.migration)).map((other) => blocked(migration, other)),
    );
    run.push(begun ? { migration, begun } : { migration });
  }
  return { run, held, problems };
}

/** Whether an expand migration must wait for a contract migration before it, since it does not say otherwise. */
function needs(migration: Migration, contract: Migration): boolean {
  return (
    migration.phase === "expand" && migration.number > contract.number && !migration.overtakes.includes(contract.number)
  );
}

function blocked({ file, name }: Migration, { migration: contract, why }: Held): MigrationProblem {
  const number = fourDigits(contract.number);
  return {
    file,
    found: `that it comes after the contract migration ${contract.name}, which may not run yet: ${why}`,
    expected: `${contract.name} to be applied first, or ${name} to declare that it does not depend on it`,
    remedy: `add \`-- chittyops: overtakes=${number}\` at the top of ${file}, or give ${contract.file} a number after it`,
  };
}

function drift(migrations: readonly Migration[], recorded: readonly Recorded[]): MigrationProblem[] {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  const byNumber = new Map(migrations.map((migration) => [migration.number, migration]));
  const applied = recorded.filter(({ state }) => state === "applied");
  const names = new Set(recorded.map(({ name }) => name));
  const taken = new Set(recorded.map(({ number }) => number));
  return [
    ...recorded.flatMap((record) => {
      const migration = byName.get(record.name);
      if (migration === undefined) return [missing(record, byNumber.get(record.number))];
      return record.state === "applied" && migration.checksum !== record.checksum ? [changed(migration, record)] : [];
    }),
    ...migrations.flatMap((migration) => {
      if (names.has(migration.name) || taken.has(migration.number)) return [];
      const after = applied.filter(({ name, number }) => {
        const later = byName.get(name);
        return (
          number > migration.number && !(later?.overtakes.includes(migration.number) && migration.phase === "contract")
        );
      });
      const last = after.at(-1);
      return last === undefined ? [] : [outOfOrder(migration, last)];
    }),
  ];
}

function changed({ file }: Migration, { appliedAt, appliedBy, checksum }: Recorded): MigrationProblem {
  return {
    file,
    found: `another text than the one applied ${at(appliedAt)} by ${appliedBy}`,
    expected: `the text with the sha256 ${checksum.slice(0, 12)}…`,
    remedy: "restore the file as it was, and write a new migration for the change",
  };
}

function missing({ name, number, appliedAt, appliedBy, state }: Recorded, instead?: Migration): MigrationProblem {
  const when = state === "applied" ? `was applied ${at(appliedAt)} by ${appliedBy}` : "was begun and not finished";
  return {
    file: instead?.file ?? name,
    found: instead ? `a file with the number of ${name}, which ${when}` : `no file, though it ${when}`,
    expected: `the file ${name}.sql`,
    remedy: instead
      ? `name it ${name}.sql again; if it is another migration, give it the next free number and restore ${name}.sql`
      : `restore the file${number < 0 ? "" : ` (number ${fourDigits(number)})`} from version control`,
  };
}

function outOfOrder({ file }: Migration, last: Recorded): MigrationProblem {
  return {
    file,
    found: `a number before that of ${last.name}, which was applied ${at(last.appliedAt)} already`,
    expected: "a new migration after all that are applied",
    remedy: "give it the next free number; with drizzle, generate it again",
  };
}

function at(date: Date | undefined): string {
  return date === undefined ? "" : `at ${date.toISOString()}`;
}
