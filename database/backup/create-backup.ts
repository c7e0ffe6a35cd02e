import { createHash } from "node:crypto";
import type { Client, ClientBase } from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { Digest } from "../digester.ts";
import { aborted, BackupFailed } from "./backup-failed.ts";
import { checkName, newBackupId } from "./backup-id.ts";
import { encrypterFor, type Recipient, readSigningKey, recipientFingerprint } from "./backup-keys.ts";
import { label, quoted, readMaterialisedViews, readPartitions, readSequences, readUncoveredData } from "./catalog.ts";
import type { Contents, OutsideMigrations, RecordedMigration, TableRecord } from "./contents.ts";
import { databaseError } from "./database-error.ts";
import { type Destination, destinationError } from "./destination.ts";
import { type Manifest, manifestFile, type SealedFile, signatureFile, signManifest } from "./manifest.ts";
import { defaultPieceBytes, seal } from "./sealed-file.ts";
import { type Connect, openSessions, type Sessions } from "./sessions.ts";
import { joinSnapshot, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { copyOut, readFingerprint } from "./table-data.ts";
import { together } from "./together.ts";

export interface CreateBackupOptions {
  /** What the database is called among all backups of the destination, e.g. `prod/chittyfinance`. */
  name: string;
  connect: Connect;
  destination: Destination;
  recipients: readonly Recipient[];
  /** Secret. */
  signingKey: string;
  /** Reads the bookkeeping and compares the database with what its migrations make, in the transaction that the backup sees. */
  schema: (client: ClientBase) => Promise<{ migrations: RecordedMigration[]; outside: OutsideMigrations[] }>;
  /** Sessions at a time; 4 unless said. */
  parallel?: number;
  /** Bytes of a stored file; 16 MiB unless said. Memory needed is about twice that for each session. */
  pieceBytes?: number;
  signal?: AbortSignal;
  progress?: (line: string) => void;
}

export interface CreatedBackup {
  manifest: Manifest;
  /** What a restore of this backup will not bring back; to be shown. */
  outside: OutsideMigrations[];
}

/**
 * Copies every table of one moment to the destination, compressed and encrypted on the way, and the manifest last. Whatever goes wrong, there is
 * then no manifest, hence no backup, and what was written is removed again. @throws BackupFailed
 */
export async function createBackup(options: CreateBackupOptions): Promise<CreatedBackup> {
  checkName(options.name);
  readSigningKey(options.signingKey);
  const startedAt = new Date();
  const id = newBackupId(startedAt);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  const sessions = openSessions(options.connect, signal);
  const files = fileWriter(options, `${options.name}/${id}`, signal);
  try {
    signal.throwIfAborted();
    const main = await sessions.open();
    const snapshot = await takeSnapshot(main).catch(explained("Looking at the database"));
    options.progress?.(`${snapshot.tables.length} tables as of ${snapshot.recoveryPoint}`);
    const contents = await readContents(main, options).catch(explained("Reading the schema"));
    contents.tables = await copyTables({ main, snapshot, sessions, files, options, stop });
    // After the rows: a position may then be ahead of them, never behind.
    contents.sequences = await readSequences(main).catch(explained("Reading the sequences"));
    const { pieces } = await files.write("contents", [Buffer.from(JSON.stringify(contents))]);
    const manifest = await files.finish({ startedAt, id, snapshot, contents, pieces });
    await sessions.end();
    return { manifest, outside: contents.outside };
  } catch (error) {
    stop.abort();
    await sessions.end();
    await files.removeAll();
    throw options.signal?.aborted ? aborted(`The backup of ${options.name}`) : error;
  }
}

function explained(doing: string): (error: unknown) => never {
  return (error) => {
    throw databaseError(error, doing);
  };
}

async function readContents(client: Client, { schema }: CreateBackupOptions): Promise<Contents> {
  const { migrations, outside } = await schema(client);
  return {
    migrations,
    outside: [...outside, ...(await readUncoveredData(client))],
    tables: [],
    sequences: [],
    partitions: await readPartitions(client),
    filledViews: (await readMaterialisedViews(client)).filter(({ isFilled }) => isFilled),
  };
}

type Files = ReturnType<typeof fileWriter>;
type SnapshotTable = Snapshot["tables"][number];

async function copyTables({
  main,
  snapshot,
  sessions,
  files,
  options,
  stop,
}: {
  main: Client;
  snapshot: Snapshot;
  sessions: Sessions;
  files: Files;
  options: CreateBackupOptions;
  stop: AbortController;
}): Promise<TableRecord[]> {
  const numbered = snapshot.tables.map((table, index) => ({
    table,
    file: `t${String(index + 1).padStart(4, "0")}`,
  }));
  const queue = [...numbered];
  const onlyMain: typeof numbered = [];
  const done: TableRecord[] = [];
  const copy = async (client: Client, { table, file }: (typeof numbered)[number]) => {
    done.push(await copyTable(client, table, file, files));
    options.progress?.(`${done.length} of ${numbered.length} tables: ${label(table)}`);
  };
  const drain = async (client: Client, from: typeof numbered, mayCopy: (table: SnapshotTable) => Promise<boolean>) => {
    for (let next = from.shift(); next; next = from.shift()) {
      if (await mayCopy(next.table)) await copy(client, next);
      else onlyMain.push(next);
    }
  };
  const helpers = Math.max(0, Math.min(options.parallel ?? 4, numbered.length) - 1);
  const works = Array.from({ length: helpers }, () => async () => {
    const client = await sessions.open();
    await joinSnapshot(client, snapshot).catch(explained("Joining the snapshot"));
    await drain(client, queue, (table) => lockAtOnce(client, table).catch(explained(`Locking ${label(table)}`)));
  });
  works.push(() => drain(main, queue, async () => true));
  await together(works, () => stop.abort());
  await drain(main, onlyMain, async () => true);
  return done.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/**
 * Somebody who waits to alter a table waits for the main session's lock, and everybody who comes later waits for them: this session would wait for
 * ever, and Postgres sees no deadlock in it. @returns false: leave it to the main session, which has its lock.
 */
async function lockAtOnce(client: Client, table: SnapshotTable): Promise<boolean> {
  await client.query("savepoint before_lock");
  try {
    await client.query(`lock table only ${quoted(table)} in access share mode nowait`);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== "55P03") throw error;
    await client.query("rollback to before_lock");
    return false;
  }
}

async function copyTable(client: Client, table: SnapshotTable, file: string, files: Files): Promise<TableRecord> {
  const doing = `Copying ${label(table)}`;
  const copy = client.query(copyTo(copyOut(table)));
  // An error that comes when the pipeline has ended already, for another reason.
  copy.on("error", () => undefined);
  const { bytes, sha256 } = await files.write(file, copy).catch(explained(doing));
  const { rows, fingerprint } = await readFingerprint(client, table).catch(explained(doing));
  if (copy.rowCount !== rows) {
    throw new BackupFailed("not-equal", `${doing}: Postgres sent ${copy.rowCount} rows and counts ${rows}.`, {
      remedy: "This should be impossible: check the server for damage (its amcheck extension), then start again.",
    });
  }
  const { schema, name, columns } = table;
  return { schema, name, columns, file, rows, bytes, sha256, fingerprint };
}

/** Writes the files of one backup, and remembers them. */
function fileWriter(options: CreateBackupOptions, folder: string, signal: AbortSignal) {
  const { destination, pieceBytes = defaultPieceBytes } = options;
  const encrypter = encrypterFor(options.recipients);
  const begun: string[] = [];
  const files: Record<string, SealedFile> = {};

  async function put(path: string, content: Uint8Array): Promise<void> {
    begun.push(path);
    try {
      await destination.put(path, content, signal);
    } catch (error) {
      throw destinationError(error, destination, path);
    }
  }

  return {
    async write(file: string, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Digest & SealedFile> {
      const pieces: SealedFile["pieces"] = [];
      const putPiece = async (piece: Uint8Array) => {
        const path = `${file}.${String(pieces.length + 1).padStart(5, "0")}`;
        pieces.push({ path, bytes: piece.length, sha256: createHash("sha256").update(piece).digest("hex") });
        await put(`${folder}/${path}`, piece);
      };
      const digest = await seal(source, encrypter, { pieceBytes, put: putPiece, signal });
      files[file] = { pieces };
      return { ...digest, pieces };
    },

    async finish(made: {
      startedAt: Date;
      id: string;
      snapshot: Snapshot;
      contents: Contents;
      pieces: SealedFile["pieces"];
    }): Promise<Manifest> {
      const { startedAt, id, snapshot, contents, pieces } = made;
      const tables = Object.entries(files).filter(([file]) => file !== "contents");
      const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
      const unsigned = {
        format: "chittyops-backup" as const,
        version: 1 as const,
        id,
        name: options.name,
        server: snapshot.server,
        recoveryPoint: snapshot.recoveryPoint,
        lsn: snapshot.lsn,
        startedAt: startedAt.toISOString(),
        finishedAt: new Date().toISOString(),
        migrations: contents.migrations.map(({ name, checksum }) => ({ name, checksum })),
        totals: {
          tables: contents.tables.length,
          rows: sum(contents.tables.map(({ rows }) => rows)),
          bytes: sum(contents.tables.map(({ bytes }) => bytes)),
          storedBytes: sum(Object.values(files).flatMap((file) => file.pieces.map(({ bytes }) => bytes))),
        },
        outside: contents.outside.length,
        recipients: options.recipients.map(recipientFingerprint),
        contents: { pieces },
        files: Object.fromEntries(tables.sort()),
      };
      const { content, signature } = signManifest(unsigned, options.signingKey);
      await put(`${folder}/${signatureFile}`, signature);
      await put(`${folder}/${manifestFile}`, content);
      return JSON.parse(content.toString("utf8"));
    },

    /** The manifest first. What cannot be removed is no backup all the same, and pruning removes it later. */
    async removeAll(): Promise<void> {
      for (const path of begun.reverse()) await destination.remove(path).catch(() => undefined);
    },
  };
}
