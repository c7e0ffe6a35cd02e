import type { Branch } from "@neondatabase/api-client";
import { type RestoredBackup, type RestoreTarget, restoreBackup } from "../../database/backup/restore-backup.ts";
import { connect } from "../../database/connect.ts";
import { testConnection } from "../../database/connectivity/test-connection.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import type { BackupStore } from "./backup-store.ts";
import type { DeployedDatabase } from "./open-databases.ts";
import { makeSchema } from "./schemas.ts";
import { ownerUri, prepareDatabase } from "./scratch-branch.ts";

/** A branch with the data of a backup. */
export interface RestoredBranch {
  branch: Branch;
  restored: RestoredBackup;
}

/** A database to restore into, empty or to be emptied, as its owner. */
export function restoreTarget(uri: string, database: DeployedDatabase, signal: AbortSignal): RestoreTarget {
  return {
    connect: () => connect(uri, { applicationName: "chittyops restore", signal }),
    async migrate(migrations) {
      await prepareDatabase(uri, database);
      await makeSchema(uri, migrations, signal);
    },
  };
}

/**
 * Restores a backup on a new branch of the default one, so that roles and passwords are the same, and compares everything with the backup.
 * A branch that failed is removed.
 */
export async function restoreToBranch(
  session: Session,
  { database, store, id, name }: { database: DeployedDatabase; store: BackupStore; id: string; name: string },
  progress: (line: string) => void,
): Promise<RestoredBranch> {
  const { neon } = database;
  const main = await neon.branch(database.outputs.branchId);
  // The children of a protected branch get passwords of their own, which would become those of the service.
  const branch = await unprotected(database, main, () => neon.create({ name, parentId: main.id }));
  try {
    const restored = await restoreBackup({
      ...restoreTarget(await ownerUri(session, database, branch.id), database, session.signal),
      destination: store.destination,
      name: store.nameOf(database),
      id,
      identities: [store.keys.identity],
      verificationKeys: [store.keys.verificationKey],
      replace: true,
      signal: session.signal,
      progress,
    });
    return { branch, restored };
  } catch (error) {
    await neon.remove(branch).catch(() => session.console.warn(`The branch ${branch.name} was not removed.`));
    throw error;
  }
}

/**
 * Lets the default branch have the data of another one. Its endpoint, roles and passwords stay, and so do the connection URIs of services;
 * what it had stays on a branch of its own.
 * @returns the name of that branch
 */
export async function swap(database: DeployedDatabase, branch: Branch): Promise<string> {
  const { neon, outputs } = database;
  const main = await neon.branch(outputs.branchId);
  const keepAs = `${main.name}-until-${new Date()
    .toISOString()
    .replaceAll(/[-:]|\.\d+/g, "")
    .toLowerCase()}`;
  await unprotected(database, main, () => neon.replaceData(main, branch, keepAs));
  for (const [role, uri] of [
    ["owner", outputs.ownerUri],
    ["runtime", outputs.runtimeUri],
  ] as const) {
    const { ok, steps } = await testConnection(uri, { rounds: 1 });
    if (ok) continue;
    throw new UserError(`The data was swapped, but the ${role} role cannot use the database as before.`, {
      details: steps.flatMap(({ step, state, found }) => (state === "failed" ? [`${step}: ${found}`] : [])),
      remedy: `npx chittyops up, which sets roles and rights again; the data before is on the branch ${keepAs}`,
    });
  }
  return keepAs;
}

/** Takes the protection of a branch away for as long as something takes. */
async function unprotected<Result>(
  { neon }: DeployedDatabase,
  branch: Branch,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!branch.protected) return work();
  await neon.protect(branch, false);
  try {
    return await work();
  } finally {
    await neon.protect(branch, true);
  }
}
