import type { EnvironmentName } from "../../catalog/index.ts";
import type { BackupKeys } from "../../database/backup/backup-keys.ts";
import { type CreatedBackup, createBackup } from "../../database/backup/create-backup.ts";
import type { Destination } from "../../database/backup/destination.ts";
import { type ListedBackup, listBackups } from "../../database/backup/list-backups.ts";
import type { Manifest } from "../../database/backup/manifest.ts";
import { type PrunedBackups, pruneBackups } from "../../database/backup/prune-backups.ts";
import { r2Destination } from "../../database/backup/r2-destination.ts";
import { type VerifiedBackup, verifyBackup } from "../../database/backup/verify-backup.ts";
import { connect, withConnection } from "../../database/connect.ts";
import { diffSchemas } from "../../database/schema/diff-schemas.ts";
import { exitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { backupKeysFromSeed } from "./backup-keys-from-seed.ts";
import type { NamedDatabase } from "./named-database.ts";
import type { Databases, DeployedDatabase } from "./open-databases.ts";
import { describeAt, describeDatabase, makeSchema, migrationsOf } from "./schemas.ts";
import { withScratch } from "./scratch-branch.ts";

/** The backups of an environment: where they are, and what opens them. */
export interface BackupStore {
  destination: Destination;
  keys: BackupKeys;
  /** What a database is called there, e.g. `prod/chittyfinance/finance`. */
  nameOf(database: NamedDatabase): string;
  /** Newest first. */
  list(database: NamedDatabase): Promise<ListedBackup[]>;
  create(database: DeployedDatabase, progress: (line: string) => void): Promise<CreatedBackup>;
  verify(database: NamedDatabase, id: string): Promise<VerifiedBackup>;
  /** Removes what the catalog's plan no longer keeps; undefined where it has no plan. */
  prune(database: NamedDatabase): Promise<PrunedBackups | undefined>;
}

export async function openBackupStore(session: Session, databases: Databases): Promise<BackupStore> {
  const { bucket, accountId, seed } = databases.backups();
  const { apiToken, baseUrl } = databases.cloudflare;
  const keys = await backupKeysFromSeed(seed);
  session.console.redactor.learn(keys.identity);
  session.console.redactor.learn(keys.signingKey);
  const destination = r2Destination({ accountId, bucket, apiToken, ...(baseUrl !== undefined && { baseUrl }) });
  const { signal } = session;
  const verificationKeys = [keys.verificationKey];
  const nameOf = ({ key }: NamedDatabase) => backupName(databases.environment, key);
  return {
    destination,
    keys,
    nameOf,
    list: (database) => listBackups({ destination, name: nameOf(database), verificationKeys, signal }),
    create: (database, progress) =>
      withExpectedSchema(session, database, (expected) =>
        createBackup({
          name: nameOf(database),
          connect: () => connect(database.outputs.ownerUri, { applicationName: "chittyops backup", signal }),
          destination,
          recipients: [keys.recipient],
          signingKey: keys.signingKey,
          schema: async (client) => ({
            migrations: await migrationsOf(client, database),
            outside: diffSchemas(expected, await describeDatabase(client, database)).map(({ change, kind, line }) => ({
              kind,
              name: line.replace(`${kind} `, ""),
              detail: `${change} by hand`,
            })),
          }),
          signal,
          progress,
        }),
      ),
    verify: (database, id) =>
      verifyBackup({ destination, name: nameOf(database), id, verificationKeys, identities: [keys.identity], signal }),
    async prune(database) {
      const plan = database.spec.backup;
      if (plan === undefined) return undefined;
      const keepDays = plan.keepSeconds / 86_400;
      return pruneBackups({ destination, name: nameOf(database), verificationKeys, keepDays, signal });
    },
  };
}

function backupName(environment: EnvironmentName, key: string): string {
  return `${environment}/${key}`;
}

/** The good backup with this id, or the newest one. @throws UserError that says what there is */
export async function chooseBackup(store: BackupStore, database: NamedDatabase, id?: string): Promise<Manifest> {
  const all = await store.list(database);
  const found = id === undefined ? all[0] : all.find((backup) => backup.id === id);
  if (found && "manifest" in found) return found.manifest;
  if (found) throw found.problem;
  throw new UserError(
    id === undefined ? `${database.key} has no backup.` : `${database.key} has no backup ${JSON.stringify(id)}.`,
    {
      ...(all.length > 0 && { expected: `one of ${all.map((backup) => backup.id).join(", ")}` }),
      remedy:
        all.length > 0 ? `npx chittyops db backup list ${database.key}` : `npx chittyops db backup ${database.key}`,
      exitCode: exitCode.usage,
    },
  );
}

/** What the migrations that a database has make of an empty one; whatever else it holds was made by hand. */
async function withExpectedSchema<Result>(
  session: Session,
  database: DeployedDatabase,
  work: (expected: Awaited<ReturnType<typeof describeAt>>) => Promise<Result>,
): Promise<Result> {
  const migrations = await withConnection(
    database.outputs.ownerUri,
    { applicationName: "chittyops backup", signal: session.signal },
    (client) => migrationsOf(client, database),
  );
  const expected = await withScratch(session, database, "backup-schema", async ({ uri }) => {
    await makeSchema(uri, migrations, session.signal);
    return describeAt(uri, database);
  });
  return work(expected);
}
