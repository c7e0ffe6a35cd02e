import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { physicalName, type TenantRecord, tenantDatabase } from "../catalog/index.ts";
import * as cloudflare from "./cloudflare.ts";
import type { FamilyPlace } from "./family-place.ts";
import type { Labels } from "./labels.ts";
import { LiteChild, type LiteChildArgs } from "./lite-child.ts";
import { type DatabaseAccess, NeonDatabase } from "./neon-database.ts";
import { TailForwarder } from "./tail-forwarder.ts";

/** The tenant's id is a word of every name. */
export interface TenantArgs extends Labels {
  family: "digital-dossier";
  /** As it is recorded. */
  record: TenantRecord;
}

/**
 * One client of a professional family, whole: database, stores, logs, the app with its look and its address. Nothing of it is shared with
 * another tenant. Suspended, it keeps what it stores, answers 403 and has no way to its database.
 */
export class Tenant extends pulumi.ComponentResource {
  readonly args: LiteChildArgs;
  readonly child: LiteChild;
  declare readonly tenantId: pulumi.Output<string>;
  declare readonly url: pulumi.Output<string>;
  /** Secret: as the owner of the tables. */
  readonly owner: DatabaseAccess;
  declare readonly projectId: pulumi.Output<string>;
  declare readonly documents: pulumi.Output<string>;
  declare readonly logs: pulumi.Output<string>;
  /** Id of the KV namespace. */
  declare readonly store: pulumi.Output<string>;

  constructor(name: string, args: TenantArgs, place: FamilyPlace, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:Tenant", name, args, opts);
    const { record } = args;
    const database = this.#database(name, record, place);
    const documents = this.#documents(name, record, place);
    const store = this.#store(name, record, place);
    const tail = this.#tail(name, args, place);
    const connection = record.status === "active" ? this.#connection(name, record, database, place) : undefined;
    const stores = () => [
      { name: "STORE", type: "kv_namespace", namespaceId: store.id },
      { name: "DOCUMENTS", type: "r2_bucket", bucketName: documents.name },
      ...(connection === undefined ? [] : [{ name: "DATABASE", type: "hyperdrive", id: connection.id }]),
    ];
    const branding = { ...record.branding, domain: record.hostname };
    const specific = { tenant: record.id, branding, serviceLevels: record.serviceLevels };
    this.args = childArgs(args);
    const parts = { specific, stores, tailConsumer: tail.scriptName };
    this.child = new LiteChild(`${name}-app`, this.args, parts, place, { parent: this });
    this.owner = database.owner;
    this.projectId = database.projectId;
    this.documents = documents.name;
    this.logs = tail.logBucket;
    this.store = store.id;
    this.tenantId = pulumi.output(record.id);
    this.url = this.child.url;
    this.registerOutputs({ tenantId: this.tenantId, url: this.url, projectId: this.projectId });
  }

  #database(name: string, record: TenantRecord, { environment }: FamilyPlace): NeonDatabase {
    const password = new random.RandomPassword(
      `${name}-database-password`,
      { length: 48, special: false },
      { parent: this },
    );
    const database = tenantDatabase(record, environment.name);
    const args = { database, password: pulumi.secret(password.result) };
    return new NeonDatabase(`${name}-database`, args, { parent: this });
  }

  #documents(name: string, record: TenantRecord, { accountId, environment }: FamilyPlace): cloudflare.R2Bucket {
    return new cloudflare.R2Bucket(
      `${name}-documents`,
      { accountId, name: nameOf(record, "documents", environment.name) },
      { parent: this, protect: environment.protectsData && record.status !== "deprovisioned" },
    );
  }

  #store(name: string, record: TenantRecord, { accountId, environment }: FamilyPlace): cloudflare.WorkersKvNamespace {
    return new cloudflare.WorkersKvNamespace(
      `${name}-store`,
      { accountId, title: nameOf(record, "store", environment.name) },
      { parent: this },
    );
  }

  #tail(name: string, { record: _record, ...owned }: TenantArgs, place: FamilyPlace): TailForwarder {
    return new TailForwarder(`${name}-tail`, owned, place, { parent: this });
  }

  /** The direct host: Hyperdrive pools by itself. What it reads is never cached, since it is somebody's. */
  #connection(
    name: string,
    record: TenantRecord,
    database: NeonDatabase,
    { accountId, environment }: FamilyPlace,
  ): cloudflare.HyperdriveConfig {
    return new cloudflare.HyperdriveConfig(
      `${name}-connection`,
      {
        accountId,
        name: nameOf(record, "connection", environment.name),
        origin: {
          scheme: "postgresql",
          host: database.host,
          port: database.port,
          database: database.databaseName,
          user: database.runtime.user,
          password: database.runtime.password,
        },
        originConnectionLimit: record.limits.databaseConnections,
        caching: { disabled: true },
      },
      { parent: this, dependsOn: database.ready, additionalSecretOutputs: ["origin"] },
    );
  }
}

function nameOf({ id }: TenantRecord, part: string, environment: FamilyPlace["environment"]["name"]): string {
  return physicalName(`digital-dossier-${id}`, part, environment);
}

function childArgs({ record, tenant, app, environment, family, dataClass }: TenantArgs): LiteChildArgs {
  const { title, owner, hostname, labels, createdAt, limits, status } = record;
  return {
    child: tenant,
    tenant,
    app,
    title,
    family,
    environment,
    dataClass,
    owner,
    hostname,
    labels,
    createdAt,
    state: status === "active" ? "active" : "suspended",
    quota: limits,
  };
}
