import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedService } from "../../catalog/index.ts";
import type * as cloudflare from "../cloudflare.ts";
import * as neon from "../neon.ts";
import { migrationArgs, NeonDatabase } from "../neon-database.ts";
import type { Surroundings } from "../surroundings.ts";
import { rollbackSeconds } from "./rollback-seconds.ts";

/** Makes the databases of a service, with what has to be in them before it is deployed, and publishes each by key. */
export function makeDatabases(
  service: ResolvedService,
  { registry, secrets }: Surroundings,
  opts: pulumi.ComponentResourceOptions,
): NeonDatabase[] {
  return service.databases.map((database) => {
    const key = `${service.instance}/${database.name}`;
    const password = secrets.value(databasePassword(key));
    const made = new NeonDatabase(`${service.name}-${database.name}-database`, { database, password }, opts);
    registry.publishDatabase(key, made);
    return made;
  });
}

/** Key of the secret with which a service reaches its database; `database` is the database's own key. */
export function databasePassword(database: string): string {
  return `${database}/DATABASE_PASSWORD`;
}

/** The migrations that take away what the old version still used: once the new one is healthy, and the old one cannot come back. */
export function contractMigrations(
  service: ResolvedService,
  databases: readonly NeonDatabase[],
  script: cloudflare.WorkersScript,
  { accountId, estate }: Surroundings,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [index, database] of service.databases.entries()) {
    const args = migrationArgs(database);
    const made = databases[index];
    if (args === undefined || made === undefined) continue;
    new neon.Migrations(
      `${service.name}-${database.name}-contract`,
      {
        ...args,
        connectionUri: made.owner.uri,
        phase: "contract",
        release: {
          accountId,
          scriptName: script.scriptName,
          rollbackSeconds: rollbackSeconds[estate.environment.cloud],
        },
      },
      opts,
    );
  }
}
