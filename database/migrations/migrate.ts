import { setTimeout as delay, setImmediate } from "node:timers/promises";
import type { Client, DatabaseError } from "pg";
import { ConnectionFailed } from "../connection-failed.ts";
import {
  type Applying,
  applyAlone,
  applyInTransaction,
  mayGoOn,
  StatementFailed,
  StatementInDoubt,
  type Timeouts,
} from "./apply.ts";
import { cancelOnAbort } from "./cancel-on-abort.ts";
import type { Connection } from "./connection.ts";
import { checkLock, type LockHolder, releaseLock, takeLock } from "./lock.ts";
import { isLost } from "./lost.ts";
import type { MigrationFolder, Phase } from "./migration.ts";
import { MigrationFailed, MigrationInDoubt, MigrationInterrupted, type Reached } from "./migration-failed.ts";
import { explained, insufficientPrivilege, missingRight } from "./missing-right.ts";
import { type ContractAllowed, type Held, type Plan, type Planned, plan } from "./plan.ts";
import { type MigrationProblem, MigrationsRefused } from "./problem.ts";
import { readMigrations } from "./read-folder.ts";
import { isUpToDate, prepareState, readState, type State } from "./state.ts";
import { type ParsedMigration, parseMigrations } from "./statements.ts";

export interface MigrateOptions {
  /** To the direct host, as the role that owns the schema. */
  connection: Connection;
  folder: string;
  phase: Phase;
  contractAllowed: ContractAllowed;
  signal?: AbortSignal;
  onProgress?: (event: MigrationEvent) => void;
  limits?: Partial<Limits>;
}

interface Limits extends Timeouts {
  /** Longest wait for another run to end, ms. */
  waitMs: number;
}

const defaults: Limits = {
  waitMs: 600_000,
  lockTimeoutMs: 5_000,
  statementTimeoutMs: 300_000,
  concurrentTimeoutMs: 3_600_000,
};

export type MigrationEvent =
  | { kind: "waiting"; holder: LockHolder }
  | { kind: "started"; name: string; statements: number }
  | { kind: "statement"; name: string; line: number }
  | { kind: "applied"; name: string; durationMs: number }
  /** A lock was not had in time, or a deadlock or serialization failure ended the file; it is tried again. */
  | { kind: "retrying"; name: string; reason: string; attempt: number }
  /** The connection was lost; what was committed is looked up before anything goes on. */
  | { kind: "reconnecting"; reason: string };

export interface MigrateResult {
  applied: readonly { name: string; durationMs: number }[];
  held: readonly { name: string; why: string }[];
}

/** Tries of one file after lock timeouts and deadlocks, and connections lost without getting further. */
const attempts = 5;

/**
 * Applies what is pending in this phase. Costs a connection and one query when there is nothing to do.
 * @throws MigrationsRefused before anything is applied: problems of the folder, drift, an order that cannot be
 * @throws MigrationFailed, MigrationInDoubt, MigrationInterrupted with how far it came
 * @throws MigrationsLocked, PooledConnection, ConnectionFailed; the signal's reason when aborted
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const run = new Run(options);
  try {
    return await run.toTheEnd();
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}

class Run {
  readonly options: MigrateOptions;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly applied: { name: string; durationMs: number }[] = [];
  readonly parsed = new Map<string, ParsedMigration>();
  toApply: readonly string[] = [];

  constructor(options: MigrateOptions) {
    this.options = options;
    this.limits = { ...defaults, ...options.limits };
    this.signal = options.signal ?? new AbortController().signal;
  }

  async toTheEnd(): Promise<MigrateResult> {
    const { connection, folder: path } = this.options;
    // The files are read while the server answers to the greeting, which goes out first.
    const opening = connection.open(this.signal);
    await setImmediate();
    const folder = await readOrClose(path, opening);
    let client = await opening;
    for (let losses = 0; ; ) {
      const before = this.applied.length;
      try {
        return await this.withSession(client, folder);
      } catch (error) {
        if (!isLost(error) || this.signal.aborted) throw await explained(error, client, connection.role);
        losses = this.applied.length > before ? 1 : losses + 1;
        const reason = error instanceof Error ? error.message : String(error);
        if (losses >= attempts) throw new MigrationInterrupted(losses, reason, this.reached());
        this.tell({ kind: "reconnecting", reason });
      } finally {
        await client.end().catch(() => {});
      }
      client = await this.reopen(losses);
    }
  }

  /**
   * Everything of one session: the lock belongs to the session that does the work. So whoever has the lock knows that the session before is
   * gone and its transaction decided, also when its runner was killed or the answer to its commit was lost.
   */
  private async withSession(client: Client, folder: MigrationFolder): Promise<MigrateResult> {
    if (await isUpToDate(client, folder)) return { applied: this.applied, held: [] };
    const first = this.planOf(folder, await readState(client, folder));
    if (first.run.length === 0 && first.problems.length === 0) return this.result(first);
    // All mistakes of pending files are found before the first of them runs.
    const problems = await this.parse(first, folder);
    const pid = await takeLock(client, this.options.connection, {
      waitMs: this.limits.waitMs,
      signal: this.signal,
      onWaiting: (holder) => this.tell({ kind: "waiting", holder }),
    });
    const stopCancelling = cancelOnAbort(client, pid, this.options.connection, this.signal);
    try {
      const state = await readState(client, folder);
      const planned = this.planOf(folder, state);
      refuse([...planned.problems, ...problems, ...this.editedInTheMiddle(planned)]);
      await prepareState(client, state);
      this.toApply = [...this.applied.map(({ name }) => name), ...planned.run.map(({ migration }) => migration.name)];
      for (const item of planned.run) {
        await this.applyWithRetries(client, item, folder);
        await checkLock(client, this.options.connection, pid);
      }
      await releaseLock(client);
      return this.result(planned);
    } finally {
      stopCancelling();
    }
  }

  private async applyWithRetries(
    client: Client,
    { migration, begun }: Planned,
    folder: MigrationFolder,
  ): Promise<void> {
    const { name } = migration;
    const parsed = this.parsed.get(name);
    if (parsed === undefined) throw new Error(`${name} became pending while it was waited for the lock.`);
    const began = performance.now();
    this.tell({ kind: "started", name, statements: parsed.statements.length });
    const applying: Applying = {
      client,
      timeouts: this.limits,
      signal: this.signal,
      onStatement: ({ line }) => this.tell({ kind: "statement", name, line }),
    };
    for (let attempt = 1; ; attempt++) {
      try {
        if (parsed.transaction) await applyInTransaction(parsed, applying);
        else await applyAlone(parsed, attempt === 1 ? begun : await recordOf(client, folder, name), applying);
        break;
      } catch (error) {
        if (error instanceof StatementInDoubt) throw new MigrationInDoubt(parsed, error.statement, this.reached());
        if (!(error instanceof StatementFailed) || this.signal.aborted) throw error;
        if (!mayPass(error.error) || attempt >= attempts) throw await this.failed(parsed, error, client, attempt);
        this.tell({ kind: "retrying", name, reason: error.message, attempt });
        await this.pause(attempt);
      }
    }
    const durationMs = performance.now() - began;
    this.applied.push({ name, durationMs });
    this.tell({ kind: "applied", name, durationMs });
  }

  private async failed(
    migration: ParsedMigration,
    { error, statement }: StatementFailed,
    client: Client,
    tries: number,
  ): Promise<MigrationFailed> {
    const remedy =
      error.code === insufficientPrivilege
        ? await missingRight(client, this.options.connection.role, error, statement)
        : remedyOf(error, tries);
    return new MigrationFailed(migration, statement, error, remedy, this.reached());
  }

  private async parse({ run, held }: Plan, { kind }: MigrationFolder): Promise<MigrationProblem[]> {
    const migrations = [...run, ...held].map(({ migration }) => migration);
    const { parsed, problems } = await parseMigrations(
      migrations.filter(({ name }) => !this.parsed.has(name)),
      kind,
    );
    for (const migration of parsed) this.parsed.set(migration.name, migration);
    return problems;
  }

  private editedInTheMiddle({ run }: Plan): MigrationProblem[] {
    return run.flatMap(({ migration, begun }) => {
      const parsed = this.parsed.get(migration.name);
      if (!begun || !parsed || mayGoOn(parsed, begun)) return [];
      return [
        {
          file: migration.file,
          found: `a change in what was run already: it stopped outside a transaction, after ${begun.statementsDone} statements`,
          expected: "the statements that were run as they were, and changes only after them",
          remedy: "restore them and `transaction=off`; change the file when it is settled",
        },
      ];
    });
  }

  private planOf(folder: MigrationFolder, { recorded }: State): Plan {
    return plan(folder, recorded, this.options.phase, this.options.contractAllowed);
  }

  private async reopen(losses: number): Promise<Client> {
    for (let failures = losses; ; failures++) {
      await this.pause(failures);
      try {
        return await this.options.connection.open(this.signal);
      } catch (error) {
        if (!(error instanceof ConnectionFailed) || !error.transient) throw error;
        if (failures >= attempts) throw new MigrationInterrupted(failures, error.message, this.reached());
      }
    }
  }

  private async pause(attempt: number): Promise<void> {
    const longest = Math.min(100 * 2 ** attempt, 5_000);
    await delay(longest * (0.5 + Math.random() / 2), undefined, { signal: this.signal });
  }

  private reached(): Reached {
    const applied = this.applied.map(({ name }) => name);
    return { applied, notApplied: this.toApply.filter((name) => !applied.includes(name)) };
  }

  private result({ held }: Plan): MigrateResult {
    return { applied: this.applied, held: held.map(({ migration, why }: Held) => ({ name: migration.name, why })) };
  }

  private tell(event: MigrationEvent): void {
    this.options.onProgress?.(event);
  }
}

/** Lock timeout, deadlock, serialization failure. */
function mayPass({ code }: DatabaseError): boolean {
  return code === "55P03" || code === "40P01" || code === "40001";
}

/** SQLSTATE of a disk without room, and at Neon of a project that is as large as it may be. */
const diskFull = "53100";

function remedyOf(error: DatabaseError, tries: number): string | undefined {
  if (mayPass(error))
    return `tried ${tries} times; end the transaction that is in the way (select * from pg_stat_activity where state <> 'idle'), then run again`;
  if (error.code === diskFull)
    return "the database has no room left: delete what nobody needs, or raise its storage quota, then run again";
  return undefined;
}

function refuse(problems: readonly MigrationProblem[]): void {
  if (problems.length > 0) throw new MigrationsRefused(problems);
}

async function recordOf(client: Client, folder: MigrationFolder, name: string) {
  const { recorded } = await readState(client, folder);
  return recorded.find((record) => record.name === name);
}

async function readOrClose(path: string, opening: Promise<Client>): Promise<MigrationFolder> {
  try {
    return readMigrations(path);
  } catch (error) {
    await opening.then(
      (client) => client.end(),
      () => {},
    );
    throw error;
  }
}
