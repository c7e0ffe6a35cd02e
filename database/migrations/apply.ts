import { type Client, DatabaseError } from "pg";
import { clearRemains, happened } from "./in-doubt.ts";
import { isLost } from "./lost.ts";
import { checksumOf, type Recorded, recordApplied, recordBegun, recordFinished, recordProgress } from "./state.ts";
import { isConcurrent, type ParsedMigration, type Statement } from "./statements.ts";

export interface Timeouts {
  /** Longest wait for a lock on a table, ms; then the file is rolled back and tried again. */
  lockTimeoutMs: number;
  /** Longest statement, ms. */
  statementTimeoutMs: number;
  /** Longest statement that works CONCURRENTLY, ms: it waits for other transactions and holds up none. */
  concurrentTimeoutMs: number;
}

/** A statement that Postgres refused. `statement` is missing when it was the commit (a deferred constraint). */
export class StatementFailed extends Error {
  readonly error: DatabaseError;
  readonly statement: Statement | undefined;
  constructor(error: DatabaseError, statement: Statement | undefined) {
    super(error.message);
    this.error = error;
    this.statement = statement;
  }
}

/** It is not known whether a statement outside a transaction happened, and nothing can tell. */
export class StatementInDoubt extends Error {
  readonly statement: Statement;
  constructor(statement: Statement) {
    super("in doubt");
    this.statement = statement;
  }
}

export interface Applying {
  client: Client;
  timeouts: Timeouts;
  signal: AbortSignal;
  onStatement: (statement: Statement) => void;
}

/** Runs a file and its record in one transaction. @throws StatementFailed after the rollback */
export async function applyInTransaction(migration: ParsedMigration, applying: Applying): Promise<void> {
  const { client, timeouts } = applying;
  const began = performance.now();
  await client.query(
    // The last one lets Postgres notice that a killed runner is gone, and roll back, in the middle of a long statement.
    `begin; ${setTimeouts("local", timeouts.lockTimeoutMs, timeouts.statementTimeoutMs)}; set local client_connection_check_interval = '1s'`,
  );
  let current: Statement | undefined;
  try {
    for (const statement of migration.statements) {
      applying.signal.throwIfAborted();
      current = statement;
      applying.onStatement(statement);
      await client.query(statement.text);
    }
    applying.signal.throwIfAborted();
    current = undefined;
    // The file may have changed roles; what it left behind in the session must not reach the next file.
    await client.query(`reset session authorization; ${recordApplied(migration, performance.now() - began)}; commit`);
  } catch (error) {
    if (isLost(error)) throw error;
    await client.query("rollback");
    throw error instanceof DatabaseError ? new StatementFailed(error, current) : error;
  }
  await client.query(cleanSession);
}

/**
 * Runs the statements of a file one by one, each its own transaction, and records how far it came before and after each of them.
 * @throws StatementFailed, StatementInDoubt
 */
export async function applyAlone(
  migration: ParsedMigration,
  begun: Recorded | undefined,
  applying: Applying,
): Promise<void> {
  const { client, timeouts } = applying;
  const began = performance.now();
  let done = begun?.statementsDone ?? 0;
  const doubtful = begun?.state === "running" ? migration.statements[done] : undefined;
  if (doubtful !== undefined) {
    const answer = await happened(client, doubtful);
    if (answer === "unknown") throw new StatementInDoubt(doubtful);
    if (answer === "yes") done++;
  }
  await client.query(recordBegun(migration));
  for (const statement of migration.statements.slice(done)) {
    const { lockTimeoutMs, statementTimeoutMs, concurrentTimeoutMs } = timeouts;
    const concurrent = isConcurrent(statement.node);
    await client.query(
      setTimeouts("session", concurrent ? 0 : lockTimeoutMs, concurrent ? concurrentTimeoutMs : statementTimeoutMs),
    );
    try {
      applying.signal.throwIfAborted();
      applying.onStatement(statement);
      await clearRemains(client, statement);
      await client.query(statement.text);
    } catch (error) {
      if (isLost(error)) throw error;
      // Its remains are cleared away before the next try: dropping them may have to wait for the same transaction as it did.
      await client.query(recordProgress(migration, done, "stopped"));
      throw error instanceof DatabaseError ? new StatementFailed(error, statement) : error;
    }
    done++;
    await client.query(recordProgress(migration, done, "running"));
  }
  await client.query(recordFinished(migration, performance.now() - began));
  await client.query(cleanSession);
}

/** Whether a run may go on with an unfinished file: what was run of it, or may have been, is as it was. */
export function mayGoOn(
  migration: ParsedMigration,
  { state, checksum, statementsDone, doneChecksum }: Recorded,
): boolean {
  if (state === "running") return checksum === migration.checksum;
  if (statementsDone === 0) return true;
  return !migration.transaction && doneChecksum === checksumOf(migration, statementsDone);
}

function setTimeouts(scope: "local" | "session", lockMs: number, statementMs: number): string {
  return `set ${scope} lock_timeout = ${lockMs}; set ${scope} statement_timeout = ${statementMs}`;
}

/** What DISCARD ALL does, except that it would free the lock of the run. */
const cleanSession =
  "close all; reset session authorization; reset all; unlisten *; discard plans; discard temp; discard sequences";
