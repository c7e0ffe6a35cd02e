import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ClientBase } from "pg";
import { withConnection } from "../../database/connect.ts";
import { connectionTo } from "../../database/migrations/connection.ts";
import { type RecordedMigration, recordedMigrations } from "../../database/migrations/recorded-migrations.ts";
import { replay } from "../../database/migrations/replay.ts";
import { describeSchema } from "../../database/schema/describe-schema.ts";
import { planPush } from "../../database/schema/plan-push.ts";
import type { SchemaDescription } from "../../database/schema/schema-object.ts";
import { repositoryRoot } from "../../local/engine/home.ts";
import type { NamedDatabase } from "./named-database.ts";
import type { DeployedDatabase } from "./open-databases.ts";

/** Folder of the migrations; undefined where the service migrates by itself. */
export function migrationsFolder({ spec }: NamedDatabase): string | undefined {
  return spec.migrations && join(repositoryRoot, spec.migrations.folder);
}

/** The schema of a database, without the rights of the runtime role, which `up` looks after. */
export function describeDatabase(client: ClientBase, { roles }: DeployedDatabase): Promise<SchemaDescription> {
  return describeSchema(client, { rolesManagedElsewhere: [roles.runtime] });
}

export function describeAt(uri: string, database: DeployedDatabase): Promise<SchemaDescription> {
  return withConnection(uri, { applicationName: "chittyops describe" }, (client) => describeDatabase(client, database));
}

/** Applies migrations to an empty database. */
export function makeSchema(uri: string, migrations: readonly RecordedMigration[], signal: AbortSignal): Promise<void> {
  return replay(connectionTo(uri), migrations, signal);
}

/**
 * The migrations that a database has; where its service migrates by itself, one that makes the schema as it is.
 * @throws MigrationsRefused
 */
export async function migrationsOf(client: ClientBase, database: DeployedDatabase): Promise<RecordedMigration[]> {
  const folder = migrationsFolder(database);
  if (folder !== undefined) return recordedMigrations(client, folder);
  const { statements } = planPush({ objects: {} }, await describeDatabase(client, database));
  if (statements.length === 0) return [];
  const sql = `${statements.map((statement) => statement.sql).join(";\n")};\n`;
  return [{ name: "0000_schema_as_it_was", checksum: createHash("sha256").update(sql).digest("hex"), sql }];
}
