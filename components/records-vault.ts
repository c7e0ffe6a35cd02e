import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../catalog/index.ts";
import * as cloudflare from "./cloudflare.ts";
import type { FamilyPlace } from "./family-place.ts";
import type { Labels } from "./labels.ts";

/** Of the app that the records belong to, whose id is a word of every name below. */
export interface RecordsVaultArgs extends Labels {
  family: string;
  /** `fedramp`, or `eu`; absent: wherever the location is. */
  jurisdiction?: string | undefined;
  /** e.g. `enam`. */
  location: string;
  /** Another one. */
  backupLocation: string;
  /** Days in which nobody can change or delete an object, e.g. 2557. */
  retentionDays: number;
  logRetentionDays: number;
  backupRetentionDays: number;
  /** Days after which objects are deleted by themselves; absent: never. */
  deleteAfterDays?: number | undefined;
  /** ISO 8601: until when logs can be written. */
  logTokenExpiresOn: string;
  /** Name of the script, and the hostname, whose logs are kept. */
  scriptName: string;
  hostname: string;
  /** Who is told when logs are no longer pushed. */
  alertEmail: string;
}

/** Cloudflare's "Workers R2 Storage Bucket Item Write". */
const writeObjects = "2efd5506f9c8494dacb1fa10a3e7d5b6";
const day = 24 * 3600;

/**
 * Where an app's records are kept: documents and records of custody in locked buckets, logs in another one that the app cannot reach, the
 * queue of custody events with its dead letters, and a bucket for backups in another location with a lock of its own.
 */
export class RecordsVault extends pulumi.ComponentResource {
  readonly documents: cloudflare.R2Bucket;
  readonly custody: cloudflare.R2Bucket;
  readonly backup: cloudflare.R2Bucket;
  readonly custodyQueue: cloudflare.Queue;
  readonly deadLetters: cloudflare.Queue;
  declare readonly bucket: pulumi.Output<string>;
  declare readonly logBucket: pulumi.Output<string>;

  constructor(name: string, args: RecordsVaultArgs, place: FamilyPlace, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:RecordsVault", name, args, opts);
    const bucket = (part: string, location: string, retentionDays: number) =>
      this.#bucket(name, part, { location, retentionDays }, args, place);
    this.documents = bucket("documents", args.location, args.retentionDays);
    this.custody = bucket("custody", args.location, args.retentionDays);
    this.backup = bucket("backup", args.backupLocation, args.backupRetentionDays);
    const logs = bucket("logs", args.location, args.logRetentionDays);
    this.deadLetters = this.#queue(name, "custody-dead-letters", args, place);
    this.custodyQueue = this.#queue(name, "custody-events", args, place);
    this.#pushLogs(name, logs, args, place);
    this.bucket = this.documents.name;
    this.logBucket = logs.name;
    this.registerOutputs({ bucket: this.bucket, logBucket: this.logBucket });
  }

  #bucket(
    name: string,
    part: string,
    { location, retentionDays }: { location: string; retentionDays: number },
    args: RecordsVaultArgs,
    { accountId, environment }: FamilyPlace,
  ): cloudflare.R2Bucket {
    const shared = { accountId, ...(args.jurisdiction !== undefined && { jurisdiction: args.jurisdiction }) };
    const bucket = new cloudflare.R2Bucket(
      `${name}-${part}`,
      { ...shared, name: physicalName(`${args.family}-${args.tenant}`, part, environment.name), location },
      { parent: this, protect: environment.protectsData },
    );
    const lock = new cloudflare.R2BucketLock(
      `${name}-${part}-lock`,
      {
        ...shared,
        bucketName: bucket.name,
        rules: [{ id: "retention", enabled: true, condition: { type: "Age", maxAgeSeconds: retentionDays * day } }],
      },
      { parent: this, deletedWith: bucket },
    );
    new cloudflare.R2BucketLifecycle(
      `${name}-${part}-lifecycle`,
      {
        ...shared,
        bucketName: bucket.name,
        rules: [
          {
            id: "unfinished-uploads",
            enabled: true,
            conditions: { prefix: "" },
            abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 7 * day } },
          },
          {
            id: "seldom-read",
            enabled: true,
            conditions: { prefix: "" },
            storageClassTransitions: [
              { condition: { type: "Age", maxAge: 90 * day }, storageClass: "InfrequentAccess" },
            ],
          },
          ...(args.deleteAfterDays === undefined
            ? []
            : [
                {
                  id: "end-of-retention",
                  enabled: true,
                  conditions: { prefix: "" },
                  // Never before the lock lets go.
                  deleteObjectsTransition: {
                    condition: { type: "Age", maxAge: Math.max(args.deleteAfterDays, retentionDays) * day },
                  },
                },
              ]),
        ],
      },
      { parent: this, dependsOn: lock, deletedWith: bucket },
    );
    return bucket;
  }

  #queue(
    name: string,
    part: string,
    args: RecordsVaultArgs,
    { accountId, environment }: FamilyPlace,
  ): cloudflare.Queue {
    const queueName = physicalName(`${args.family}-${args.tenant}`, part, environment.name);
    return new cloudflare.Queue(
      `${name}-${part}`,
      // What is not taken in 14 days, the longest there is, was not going to be.
      { accountId, queueName, settings: { messageRetentionPeriod: 14 * day } },
      { parent: this },
    );
  }

  /** What the app traces, who asked Access to come in, and what anybody did to the account. */
  #pushLogs(name: string, logs: cloudflare.R2Bucket, args: RecordsVaultArgs, { accountId }: FamilyPlace): void {
    const { jurisdiction = "default", scriptName, hostname, logTokenExpiresOn } = args;
    const token = new cloudflare.AccountToken(
      `${name}-log-writer`,
      {
        accountId,
        name: `Logs of ${scriptName}`,
        expiresOn: logTokenExpiresOn,
        policies: [
          {
            effect: "allow",
            permissionGroups: [{ id: writeObjects }],
            resources: logs.name.apply((bucket) =>
              JSON.stringify({ [`com.cloudflare.edge.r2.bucket.${accountId}_${jurisdiction}_${bucket}`]: "*" }),
            ),
          },
        ],
      },
      { parent: this, additionalSecretOutputs: ["value"] },
    );
    // Of an R2 token, the id is the access key, and the hash of the value the secret: https://developers.cloudflare.com/r2/api/tokens/
    const destination = (folder: string) =>
      pulumi.secret(
        pulumi.all([logs.name, token.id, pulumi.secret(token.value)]).apply(([bucket, id, value]) => {
          const secret = createHash("sha256").update(value).digest("hex");
          const query = new URLSearchParams({
            "account-id": accountId,
            "access-key-id": id,
            "secret-access-key": secret,
          });
          if (args.jurisdiction !== undefined) query.set("jurisdiction", args.jurisdiction);
          return `r2://${bucket}/${folder}/{DATE}?${query}`;
        }),
      );
    const only = (key: string, value: string) => JSON.stringify({ where: { key, operator: "eq", value } });
    const datasets = [
      ["workers_trace_events", only("ScriptName", scriptName)],
      ["access_requests", only("AppDomain", hostname)],
      ["audit_logs", undefined],
    ] as const;
    for (const [dataset, filter] of datasets) {
      new cloudflare.LogpushJob(
        `${name}-${dataset}`,
        {
          accountId,
          dataset,
          name: `${scriptName}.${dataset.replaceAll("_", "-")}`,
          enabled: true,
          destinationConf: destination(dataset),
          ...(filter !== undefined && { filter }),
        },
        { parent: this, additionalSecretOutputs: ["destinationConf"] },
      );
    }
    new cloudflare.NotificationPolicy(
      `${name}-logs-stopped`,
      {
        accountId,
        name: `Logs of ${scriptName} are no longer pushed`,
        alertType: "failing_logpush_job_disabled_alert",
        enabled: true,
        mechanisms: { emails: [{ id: args.alertEmail }] },
      },
      { parent: this },
    );
  }
}
