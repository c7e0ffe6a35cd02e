import type { Connection } from "./connection.ts";
import { describeParsed } from "./describe.ts";
import { findHolder, type LockHolder } from "./lock.ts";
import type { Phase } from "./migration.ts";
import { explained } from "./missing-right.ts";
import { plan } from "./plan.ts";
import type { MigrationProblem } from "./problem.ts";
import { readMigrations } from "./read-folder.ts";
import { readState } from "./state.ts";
import { parseMigrations } from "./statements.ts";

export interface MigrationStatus {
  applied: readonly { name: string; phase: Phase; at: Date; by: string; durationMs: number | undefined }[];
  pending: readonly {
    name: string;
    phase: Phase;
    /** One line for people. */
    does: string;
    /** For a file outside a transaction that was begun: how many of its statements happened for certain, and when it began. */
    begun?: { statementsDone: number; at: Date; state: "running" | "stopped" };
  }[];
  /** Changed, missing, out of order. */
  drifted: readonly MigrationProblem[];
  /** The run that is at work now. */
  running: LockHolder | undefined;
}

/** Compares a folder with a database. Writes nothing and takes no lock. @throws MigrationsRefused for a folder with problems */
export async function status(
  connection: Connection,
  folderPath: string,
  signal?: AbortSignal,
): Promise<MigrationStatus> {
  const folder = readMigrations(folderPath);
  const client = await connection.open(signal);
  try {
    const { recorded } = await readState(client, folder);
    const { run, problems } = plan(folder, recorded, "contract", { ok: true });
    const migrations = run.map(({ migration }) => migration);
    const { parsed, problems: unreadable } = await parseMigrations(migrations, folder.kind);
    return {
      applied: recorded.flatMap(({ name, phase, appliedAt, appliedBy, durationMs }) =>
        appliedAt ? [{ name, phase, at: appliedAt, by: appliedBy, durationMs }] : [],
      ),
      pending: run.map(({ migration: { name, phase }, begun }, index) => ({
        name,
        phase,
        does: parsed
          .slice(index, index + 1)
          .map((one) => describeParsed(one, unreadable))
          .join(),
        ...(begun && begun.state !== "applied"
          ? { begun: { statementsDone: begun.statementsDone, at: begun.startedAt, state: begun.state } }
          : {}),
      })),
      drifted: problems,
      running: await findHolder(client),
    };
  } catch (error) {
    throw await explained(error, client, connection.role);
  } finally {
    await client.end();
  }
}
