import { randomBytes } from "node:crypto";
import type { Branch } from "@neondatabase/api-client";
import { escapeIdentifier } from "pg";
import { withConnection } from "../../database/connect.ts";
import { runtimeGrants } from "../../database/runtime-grants.ts";
import type { Session } from "../session.ts";
import { type DeployedDatabase, learnUri } from "./open-databases.ts";

/** An empty database on a branch of its own, prepared as `up` prepares one: with the catalog's extensions and the rights of the runtime role. */
export interface Scratch {
  branch: Branch;
  /** Secret: as the owner, without the pooler. */
  uri: string;
}

/** A run that is killed leaves the branch behind; Neon then removes it. */
const lifeMs = 24 * 3_600_000;
const name = "scratch";

/** Makes a scratch branch, for work that must not touch the database itself. The caller removes it. */
export async function createScratch(session: Session, database: DeployedDatabase, purpose: string): Promise<Scratch> {
  const branch = await database.neon.create({
    name: `${purpose}-${randomBytes(4).toString("hex")}`,
    expiresAt: new Date(Date.now() + lifeMs).toISOString(),
  });
  try {
    const whole = await ownerUri(session, database, branch.id);
    await withConnection(whole, { applicationName: `chittyops ${purpose}` }, (client) =>
      client.query(`create database ${escapeIdentifier(name)}`),
    );
    const url = new URL(whole);
    url.pathname = `/${name}`;
    learnUri(session, url.href);
    await prepareDatabase(url.href, database);
    return { branch, uri: url.href };
  } catch (error) {
    await database.neon.remove(branch).catch(() => undefined);
    throw error;
  }
}

/** As `createScratch`; the branch is removed whatever comes. */
export async function withScratch<Result>(
  session: Session,
  database: DeployedDatabase,
  purpose: string,
  work: (scratch: Scratch) => Promise<Result>,
): Promise<Result> {
  const scratch = await createScratch(session, database, purpose);
  try {
    return await work(scratch);
  } finally {
    await database.neon.remove(scratch.branch).catch(() => {
      session.console.warn(`The branch ${scratch.branch.name} was not removed; it ends by itself within a day.`);
    });
  }
}

/** Secret: how the owner reaches the database on a branch. */
export async function ownerUri(session: Session, database: DeployedDatabase, branchId: string): Promise<string> {
  await database.neon.ensureEndpoint(branchId);
  const uri = await database.neon.uri({ branchId, database: database.database, role: database.roles.owner });
  learnUri(session, uri);
  return uri;
}

/** What `up` does to an empty database before its migrations. */
export async function prepareDatabase(uri: string, { spec, roles }: DeployedDatabase): Promise<void> {
  await withConnection(uri, { applicationName: "chittyops prepare" }, async (client) => {
    const { rows } = await client.query("select current_database() as database");
    const statements = [
      ...spec.extensions.map((extension) => `create extension if not exists ${escapeIdentifier(extension)}`),
      ...runtimeGrants(roles.runtime, String(rows[0]?.database)),
    ];
    await client.query(["begin", ...statements, "commit"].join(";\n"));
  });
}
