import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../../testing/throwaway-postgres.ts";
import { type BackupKeys, generateBackupKeys } from "../backup-keys.ts";
import type { OutsideMigrations, RecordedMigration } from "../contents.ts";
import { type CreateBackupOptions, createBackup } from "../create-backup.ts";
import { folderDestination } from "../folder-destination.ts";
import { type RestoreBackupOptions, restoreBackup } from "../restore-backup.ts";

/** A Postgres with databases owned by a role that is no superuser, a folder for backups and a set of keys; for tests. */
export interface BackupWorld {
  postgres: ThrowawayPostgres;
  keys: BackupKeys;
  /** Of the folder destination. */
  folder: string;
  /** An empty database of its own; `sql` is its only migration and is run in it. */
  database(sql?: string): Promise<TestDatabase>;
  backUp(database: TestDatabase, options?: Partial<CreateBackupOptions>): ReturnType<typeof createBackup>;
  restore(id: string, into: TestDatabase, options?: Partial<RestoreBackupOptions>): ReturnType<typeof restoreBackup>;
  /** Every byte that lies in the folder, as Latin-1, and every file's path. */
  stored(): { paths: string[]; text: string };
  close(): Promise<void>;
}

export interface TestDatabase {
  name: string;
  /** @param role `app_owner` unless said. */
  connect(role?: string): Promise<Client>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  schema(): Promise<{ migrations: RecordedMigration[]; outside: OutsideMigrations[] }>;
  migrate(migrations: readonly RecordedMigration[]): Promise<void>;
}

/** A password that is looked for wherever it must not be. */
export const ownerPassword = "canary-password-7f3a";

export async function openBackupWorld(): Promise<BackupWorld> {
  const postgres = await startThrowawayPostgres();
  await postgres.query(`create role app_owner login password '${ownerPassword}' nosuperuser`);
  const folder = mkdtempSync(join(tmpdir(), "backups-"));
  const keys = await generateBackupKeys();
  const destination = folderDestination(folder);
  let made = 0;
  const name = "test/finance";
  return {
    postgres,
    keys,
    folder,
    async database(sql) {
      const database = `finance_${++made}`;
      await postgres.query(`create database ${database} owner app_owner`);
      const one = testDatabase(postgres, database, sql);
      if (sql !== undefined) await one.query(sql);
      return one;
    },
    backUp: (database, options = {}) =>
      createBackup({
        name,
        connect: () => database.connect(),
        destination,
        recipients: [keys.recipient],
        signingKey: keys.signingKey,
        schema: database.schema,
        ...options,
      }),
    restore: (id, into, options = {}) =>
      restoreBackup({
        name,
        id,
        connect: () => into.connect(),
        migrate: into.migrate,
        destination,
        identities: [keys.identity],
        verificationKeys: [keys.verificationKey],
        ...options,
      }),
    stored() {
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const paths = entries.map((entry) => join(entry.parentPath, entry.name));
      return { paths, text: paths.map((path) => readFileSync(path, "latin1")).join("\n") };
    },
    async close() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function testDatabase(postgres: ThrowawayPostgres, name: string, sql: string | undefined): TestDatabase {
  const connect = async (role = "app_owner") => {
    const uri = postgres.url(name, role).replace("app_owner@", `app_owner:${ownerPassword}@`);
    const client = new Client({ connectionString: uri, application_name: name });
    await client.connect();
    return client;
  };
  const query = async (text: string) => {
    const client = await connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    name,
    connect,
    query,
    schema: async () => ({
      migrations: sql === undefined ? [] : [{ name: "0001_all.sql", checksum: "abc", sql }],
      outside: [],
    }),
    async migrate(migrations) {
      for (const { sql: text } of migrations) await query(text);
    },
  };
}
