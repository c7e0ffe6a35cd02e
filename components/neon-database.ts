import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ResolvedDatabase } from "../catalog/index.ts";
import * as neon from "./neon.ts";
import { programPath, repositoryPath } from "./program-path.ts";

export interface NeonDatabaseArgs {
  /** A database as the catalog resolves it. */
  database: ResolvedDatabase;
  /** Secret: the password of the role that the service runs as. */
  password: pulumi.Output<string>;
}

/** How one role reaches the database. */
export interface DatabaseAccess {
  user: pulumi.Output<string>;
  /** Secret. */
  password: pulumi.Output<string>;
  /** Secret: without the pooler, for sessions that hold a lock and for Hyperdrive. */
  uri: pulumi.Output<string>;
  /** Secret: through the pooler. */
  pooledUri: pulumi.Output<string>;
}

/**
 * A Postgres database with a Neon project of its own: its owner, who migrates, and a role without DDL, as which the service runs; the
 * compute's size, quotas, history, and the migrations that come before the service's deployment.
 */
export class NeonDatabase extends pulumi.ComponentResource {
  /** Secret: as the role that the service runs as, through the pooler. */
  declare readonly connectionUri: pulumi.Output<string>;
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  /** Where it is reached without the pooler. */
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly databaseName: pulumi.Output<string>;
  /** As the role that the service runs as. */
  declare readonly runtime: DatabaseAccess;
  /** As the owner of the tables. */
  declare readonly owner: DatabaseAccess;
  /** What a deployment of the service has to wait for. */
  readonly ready: pulumi.Resource[] = [];

  constructor(name: string, { database, password }: NeonDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:NeonDatabase", name, about(database), opts);
    const project = this.#project(name, database);
    const role = this.#runtimeRole(name, database, project, password);
    this.#snapshots(name, database, project);
    this.ready = [role, ...this.#expand(name, database, project, role)];

    this.projectId = project.id;
    this.branchId = project.defaultBranchId;
    this.host = project.host;
    this.port = project.port;
    this.databaseName = project.databaseName;
    this.owner = {
      user: project.roleName,
      password: pulumi.secret(project.password),
      uri: pulumi.secret(project.connectionUri),
      pooledUri: pulumi.secret(project.pooledConnectionUri),
    };
    this.runtime = {
      user: role.name,
      password,
      uri: pulumi.secret(role.connectionUri),
      pooledUri: pulumi.secret(
        pulumi
          .all([project.pooledConnectionUri, role.name, password])
          .apply(([uri, user, secret]) => neon.withCredentials(uri, user, secret)),
      ),
    };
    this.connectionUri = this.runtime.pooledUri;
    this.registerOutputs({ projectId: this.projectId, host: this.host, role: role.name });
  }

  #project(name: string, database: ResolvedDatabase): neon.Project {
    const { quota, endpoint, allowedIps } = database;
    return new neon.Project(
      `${name}-project`,
      {
        name: database.physicalName,
        regionId: database.region,
        pgVersion: database.postgresVersion,
        historyRetentionSeconds: database.retentionSeconds,
        branchName: "main",
        databaseName: postgresName(database.name),
        roleName: database.roles.owner,
        protected: database.protected,
        defaultEndpointSettings: {
          autoscalingLimitMinCu: endpoint.minCu,
          autoscalingLimitMaxCu: endpoint.maxCu,
          suspendTimeoutSeconds: endpoint.suspendSeconds,
        },
        settings: {
          quota: {
            computeTimeSeconds: quota.computeSeconds,
            logicalSizeBytes: quota.storageBytes,
            writtenDataBytes: quota.writtenBytes,
            dataTransferBytes: quota.transferBytes,
          },
          ...(allowedIps.length > 0 && { allowedIps: { ips: [...allowedIps] } }),
        },
        allowDataLoss: !database.protected,
      },
      { parent: this, protect: database.protected },
    );
  }

  #runtimeRole(
    name: string,
    { roles, extensions }: ResolvedDatabase,
    project: neon.Project,
    password: pulumi.Output<string>,
  ): neon.RuntimeRole {
    return new neon.RuntimeRole(
      `${name}-runtime`,
      {
        ownerUri: project.connectionUri,
        name: roles.runtime,
        password,
        ...(extensions.length > 0 && { extensions: [...extensions] }),
      },
      { parent: this, deletedWith: project },
    );
  }

  #snapshots(name: string, { backup }: ResolvedDatabase, project: neon.Project): void {
    if (backup?.snapshots === undefined) return;
    const { frequency, keepSeconds } = backup.snapshots;
    new neon.SnapshotSchedule(
      `${name}-snapshots`,
      {
        projectId: project.id,
        branchId: project.defaultBranchId,
        schedule: [{ frequency, retentionSeconds: keepSeconds, ...moments[frequency] }],
      },
      { parent: this, deletedWith: project },
    );
  }

  /** The role's default privileges come first, so that the tables of a migration are the service's to use. */
  #expand(name: string, database: ResolvedDatabase, project: neon.Project, role: pulumi.Resource): pulumi.Resource[] {
    const args = migrationArgs(database);
    if (args === undefined) return [];
    const migrations = new neon.Migrations(
      `${name}-expand`,
      { ...args, connectionUri: project.connectionUri, phase: "expand" },
      { parent: this, dependsOn: role, deletedWith: project },
    );
    return [migrations];
  }
}

/** At night in UTC; a schedule names its moments according to its frequency. */
const moments = { hourly: {}, daily: { hour: 3 }, weekly: { hour: 3, day: 7 }, monthly: { hour: 3, day: 1 } } as const;

/** The part of a migration resource that is the same in both phases; absent where the service migrates by itself. */
export function migrationArgs({
  migrations,
}: ResolvedDatabase): Pick<neon.MigrationsArgs, "directory" | "digest"> | undefined {
  if (migrations === undefined) return undefined;
  return { directory: programPath(migrations.folder), digest: folderDigest(repositoryPath(migrations.folder)) };
}

/** SHA-256 over the names and contents of all files below a folder, in hexadecimal. */
function folderDigest(folder: string): string {
  const digest = createHash("sha256");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .sort();
  for (const file of files)
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update("\0");
  return digest.digest("hex");
}

/** A name that needs no quotes. */
function postgresName(name: string): string {
  return name.replaceAll("-", "_");
}

/** What the engine, and so a policy, sees of a database besides the resources it is made of. */
function about(database: ResolvedDatabase): pulumi.Inputs {
  const { name, physicalName, region, retentionSeconds, backup, allowedIps, migrations } = database;
  return {
    name,
    physicalName,
    region,
    retentionSeconds,
    backup,
    allowedIps,
    migrations,
    protected: database.protected,
  };
}
