import type { Decrypter } from "age-encryption";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { aborted, BackupFailed } from "./backup-failed.ts";
import { decrypterFor, type Identity } from "./backup-keys.ts";
import { label, quoted, readMaterialisedViews, readSequences } from "./catalog.ts";
import type {
  Contents,
  OutsideMigrations,
  RecordedMigration,
  Relation,
  SequenceRecord,
  TableRecord,
} from "./contents.ts";
import { databaseError } from "./database-error.ts";
import type { Destination } from "./destination.ts";
import { lowerGuards, raiseGuards } from "./load-guards.ts";
import type { Manifest } from "./manifest.ts";
import { readContents } from "./read-contents.ts";
import { unseal } from "./sealed-file.ts";
import { type Connect, openSessions, type Sessions } from "./sessions.ts";
import { openStoredBackup, readPieces, type StoredBackup } from "./stored-backup.ts";
import { beginUnhurried, copyIn, readFingerprint, writeValuesAlike } from "./table-data.ts";
import { compareSchema, emptyDatabase, refuseNonEmpty, setSequences, wantedSequences } from "./target-schema.ts";
import { together } from "./together.ts";

/** Where a backup is restored to. */
export interface RestoreTarget {
  /** As the owner of what the migrations make; need not be a superuser. */
  connect: Connect;
  /** Applies the backup's own migrations to the empty database, and enters them into its bookkeeping. */
  migrate: (migrations: readonly RecordedMigration[]) => Promise<void>;
}

export interface RestoreBackupOptions extends RestoreTarget {
  destination: Destination;
  name: string;
  id: string;
  /** Secret. */
  identities: readonly Identity[];
  verificationKeys: readonly string[];
  /** Drops all that the database holds, instead of refusing one that is not empty. */
  replace?: boolean;
  /** Tables, each with its sequences, and sequences (`schema.name`) that the migrations do not make and that may stay behind. */
  leaveOut?: readonly string[];
  /** Sessions at a time; 4 unless said. */
  parallel?: number;
  signal?: AbortSignal;
  progress?: (line: string) => void;
}

export interface RestoredBackup {
  manifest: Manifest;
  /** Every one compared with the backup by number of rows and by fingerprint. */
  tables: (Relation & { rows: number })[];
  /** Made again, since no migration makes them. */
  madePartitions: Relation[];
  leftOut: Relation[];
  notInBackup: Relation[];
  /** What the database held that no migration makes: not restored. */
  outside: OutsideMigrations[];
}

/**
 * Brings a backup into an empty database: its migrations, the rows, the positions of sequences, materialised views; and compares all with the backup.
 * A restore that fails leaves a database that is of no use: drop it. @throws BackupFailed
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<RestoredBackup> {
  const decrypter = decrypterFor(options.identities);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  const sessions = openSessions(options.connect, signal);
  try {
    signal.throwIfAborted();
    const backup = await openStoredBackup(options.destination, options, signal);
    const pieces = readPieces(backup, backup.manifest.contents, signal);
    const contents = await readContents(backup, pieces, decrypter, signal);
    const restored = await restore(options, { backup, contents, decrypter, sessions, stop, signal });
    await sessions.end();
    return restored;
  } catch (error) {
    stop.abort();
    await sessions.end();
    throw options.signal?.aborted ? aborted(`The restore of ${options.name}`) : error;
  }
}

interface Work {
  backup: StoredBackup;
  contents: Contents;
  decrypter: Decrypter;
  sessions: Sessions;
  stop: AbortController;
  signal: AbortSignal;
}

async function restore(options: RestoreBackupOptions, work: Work): Promise<RestoredBackup> {
  const { contents, sessions } = work;
  const { leaveOut = [], progress } = options;
  const main = await sessions.open();
  const step = async <Result>(doing: string, act: () => Promise<Result>): Promise<Result> => {
    progress?.(doing);
    try {
      return await act();
    } catch (error) {
      throw databaseError(error, doing);
    }
  };
  if (options.replace) await step("Emptying the database", () => emptyDatabase(main));
  await step("Looking whether the database is empty", () => refuseNonEmpty(main));
  await step(`Applying ${contents.migrations.length} migrations`, () => options.migrate(contents.migrations));
  const compared = await step("Comparing the schema", () => compareSchema(main, contents, leaveOut));
  const { tables } = compared;
  const sequences = wantedSequences(contents, leaveOut);
  const guards = await step("Preparing the tables", () => lowerGuards(main, tables));
  await loadTables(main, tables, options, work);
  await step("Setting the sequences", () => setSequences(main, sequences));
  await step("Bringing back foreign keys and triggers", () => raiseGuards(main, guards));
  await step("Refreshing materialised views", () => refreshViews(main, contents));
  await step("Gathering statistics", () => main.query(`${beginUnhurried}; analyze; commit`));
  await step("Comparing the sequences", () => compareSequences(main, sequences));
  return {
    manifest: work.backup.manifest,
    tables: tables.map(({ schema, name, rows }) => ({ schema, name, rows })),
    madePartitions: compared.madePartitions.map(({ schema, name }) => ({ schema, name })),
    leftOut: compared.leftOut,
    notInBackup: compared.notInBackup,
    outside: contents.outside,
  };
}

async function loadTables(
  main: Client,
  tables: readonly TableRecord[],
  { parallel = 4, progress }: RestoreBackupOptions,
  work: Work,
): Promise<void> {
  const queue = [...tables].sort((a, b) => b.bytes - a.bytes);
  let done = 0;
  const drain = async (client: Client) => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await loadTable(client, next, work);
      progress?.(`${++done} of ${tables.length} tables: ${label(next)}`);
    }
  };
  const helpers = Math.max(0, Math.min(parallel, tables.length) - 1);
  const works = Array.from({ length: helpers }, () => async () => drain(await work.sessions.open()));
  await together([() => drain(main), ...works], () => work.stop.abort());
}

/** The rows are committed only when they are known to be those of the backup. */
async function loadTable(client: Client, table: TableRecord, { backup, decrypter, signal }: Work): Promise<void> {
  const what = `${label(table)} of ${backup.folder}`;
  const file = backup.manifest.files[table.file];
  if (!file) {
    throw new BackupFailed("missing", `The manifest of ${backup.folder} names no file for ${label(table)}.`, {
      remedy: "Use another backup.",
    });
  }
  try {
    await client.query(`${beginUnhurried}; ${writeValuesAlike}`);
    const into = client.query(copyFrom(copyIn(table)));
    // An error that comes when the pipeline has ended already, for another reason.
    into.on("error", () => undefined);
    const made = { what, recipients: backup.manifest.recipients };
    const { sha256 } = await unseal(readPieces(backup, file, signal), decrypter, { into, made, signal });
    if (sha256 !== table.sha256 || into.rowCount !== table.rows) {
      throw notEqual(
        what,
        `${into.rowCount} rows with the SHA-256 ${sha256}`,
        `${table.rows} rows with ${table.sha256}`,
      );
    }
    await client.query("set local search_path = ''");
    const { rows, fingerprint } = await readFingerprint(client, table);
    if (rows !== table.rows || fingerprint !== table.fingerprint) {
      const expected = `${table.rows} rows with the fingerprint ${table.fingerprint}, as in the database that was backed up`;
      throw notEqual(
        `${what}, as it is in the database now,`,
        `${rows} rows with the fingerprint ${fingerprint}`,
        expected,
      );
    }
    await client.query("commit");
  } catch (error) {
    throw databaseError(error, `Loading ${label(table)}`);
  }
}

async function refreshViews(client: Client, { filledViews }: Contents): Promise<void> {
  const wanted = new Set(filledViews.map(label));
  const views = (await readMaterialisedViews(client)).filter((view) => wanted.has(label(view)));
  await client.query(beginUnhurried);
  for (const view of views) await client.query(`refresh materialized view ${quoted(view)}`);
  await client.query("commit");
}

async function compareSequences(client: Client, sequences: readonly SequenceRecord[]): Promise<void> {
  const now = new Map((await readSequences(client)).map((one) => [label(one), `${one.lastValue} ${one.isCalled}`]));
  for (const { lastValue, isCalled, ...sequence } of sequences) {
    const found = now.get(label(sequence));
    if (found === `${lastValue} ${isCalled}`) continue;
    throw notEqual(`Sequence ${label(sequence)}`, `${found}`, `${lastValue} ${isCalled}`);
  }
}

function notEqual(what: string, found: string, expected: string): BackupFailed {
  return new BackupFailed("not-equal", `${what} has ${found}.`, {
    expected,
    remedy: "Drop the restored database and restore again; if it happens again, use another backup.",
  });
}
