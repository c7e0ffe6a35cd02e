import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { physicalName } from "../catalog/index.ts";
import type { SyntheticCheckInput } from "../contracts/ops-health.ts";
import {
  type OperatorGrant,
  type OpsConfigurationInput,
  opsCompatibility,
  opsObjects,
  opsStores,
  opsVariable,
} from "../contracts/ops-plane.ts";
import type { Bundle } from "./artifact.ts";
import * as cloudflare from "./cloudflare.ts";
import type { Labels } from "./labels.ts";
import { programPath } from "./program-path.ts";
import { publicUrl } from "./public-url.ts";
import type { Surroundings } from "./surroundings.ts";
import type { CloudflareBinding } from "./worker/cloudflare-binding.ts";
import { firstUploads } from "./worker/first-uploads.ts";
import { healthGate } from "./worker/health-gate.ts";
import { release } from "./worker/worker-script.ts";

export interface OpsPlaneArgs extends Labels {
  /** Host of the plane, e.g. `ops.chitty.cc`. */
  hostname: string;
  /** Families whose children it takes care of. */
  families: readonly string[];
  /** Who may do what, besides viewing for everybody whom Access lets in. */
  grants: readonly OperatorGrant[];
  /** Pages that are asked for as users do. */
  synthetics: readonly SyntheticCheckInput[];
  /** Days in which nobody can change or delete a part of the audit trail, e.g. 2557. */
  auditRetentionDays: number;
}

/** Live objects that the plane is made with. */
export interface OpsPlaneParts {
  bundle: Bundle;
  /** Secret: by family and epoch, the enrolment keys that are taken. */
  familyKeys: Readonly<Record<string, Readonly<Record<string, pulumi.Output<string>>>>>;
  /** Who signs the tokens that operators come in with. */
  access: pulumi.Input<OpsConfigurationInput["access"]>;
  /** Id of the KV namespace with the registry's records. */
  recordsNamespace: pulumi.Input<string>;
}

const tag = "v1";
const day = 24 * 3_600;

/** The operations plane: its Worker with its Durable Objects, the queue of events, the locked archive of the audit trail, its key and its address. */
export class OpsPlane extends pulumi.ComponentResource {
  /** Without a slash at the end. */
  declare readonly url: pulumi.Output<string>;
  /** Ed25519, the 32 bytes in base64url: what the plane signs is verified with it. */
  declare readonly publicKey: pulumi.Output<string>;
  /** What a Worker names as its tail consumer. */
  declare readonly scriptName: pulumi.Output<string>;
  /** The queue that services send their events to. */
  declare readonly eventQueue: pulumi.Output<string>;

  constructor(
    name: string,
    args: OpsPlaneArgs,
    parts: OpsPlaneParts,
    around: Surroundings,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("chittyops:index:OpsPlane", name, args, opts);
    const keys = this.#signingKey(name);
    const archive = this.#archive(name, args, around);
    const { events, deadLetter } = this.#queues(name, around);
    const script = this.#script(name, args, { ...parts, keys, archive, events }, around);
    const consumer = this.#consume(name, script, events, deadLetter, around);
    const addresses = [...this.#address(name, args, script, around), this.#admitMachines(name, args, around)];
    const { estate, edgeUrl } = around;
    const gate = healthGate(
      { name, url: siteOf(args, around), health: { path: "/health", expect: "ok" } },
      script,
      { cloud: estate.environment.cloud, edgeUrl },
      { parent: this, dependsOn: [consumer, ...addresses] },
    );
    new cloudflare.WorkersCronTrigger(
      `${name}-crons`,
      { accountId: around.accountId, scriptName: script.scriptName, schedules: [{ cron: "* * * * *" }] },
      { parent: this, dependsOn: gate ?? addresses },
    );
    this.url = pulumi.output(publicUrl({ url: siteOf(args, around) }, edgeUrl) ?? "");
    this.publicKey = keys.publicKey;
    this.scriptName = script.scriptName;
    this.eventQueue = events.queueName;
    this.registerOutputs({ url: this.url, publicKey: this.publicKey, scriptName: this.scriptName });
  }

  /** Made of a random seed, so that it needs nobody to keep it. */
  #signingKey(name: string): { publicKey: pulumi.Output<string>; privateKey: pulumi.Output<string> } {
    const seed = new random.RandomPassword(`${name}-signing-seed`, { length: 64, special: false }, { parent: this });
    const pair = pulumi.secret(seed.result).apply(keyPair);
    return {
      publicKey: pulumi.unsecret(pair.apply(({ publicKey }) => publicKey)),
      privateKey: pulumi.secret(pair.apply(({ privateKey }) => privateKey)),
    };
  }

  #archive(name: string, args: OpsPlaneArgs, { accountId, estate }: Surroundings): cloudflare.R2Bucket {
    const { environment } = estate;
    const bucket = new cloudflare.R2Bucket(
      `${name}-audit`,
      { accountId, name: physicalName("chittyops", "audit", environment.name) },
      { parent: this, protect: environment.protectsData },
    );
    new cloudflare.R2BucketLock(
      `${name}-audit-lock`,
      {
        accountId,
        bucketName: bucket.name,
        rules: [
          { id: "retention", enabled: true, condition: { type: "Age", maxAgeSeconds: args.auditRetentionDays * day } },
        ],
      },
      { parent: this, deletedWith: bucket },
    );
    return bucket;
  }

  #queues(name: string, { accountId, estate }: Surroundings): Record<"events" | "deadLetter", cloudflare.Queue> {
    const queue = (part: string, queueName: string) =>
      new cloudflare.Queue(
        `${name}-${part}`,
        { accountId, queueName, settings: { messageRetentionPeriod: 14 * day } },
        { parent: this },
      );
    const { name: environment } = estate.environment;
    return {
      events: queue("events", physicalName("chittyops", "events", environment)),
      deadLetter: queue("events-dead-letters", physicalName("chittyops", "events-dead-letters", environment)),
    };
  }

  #script(
    name: string,
    args: OpsPlaneArgs,
    {
      bundle,
      familyKeys,
      access,
      recordsNamespace,
      keys,
      archive,
      events,
    }: OpsPlaneParts & {
      keys: { privateKey: pulumi.Output<string> };
      archive: cloudflare.R2Bucket;
      events: cloudflare.Queue;
    },
    around: Surroundings,
  ): cloudflare.WorkersScript {
    const { accountId, estate } = around;
    const worker = {
      scriptName: physicalName("chittyops", undefined, estate.environment.name),
      compatibilityDate: opsCompatibility.date,
      // Its checks go through the front door as a user's requests do, those of its own zone too.
      compatibilityFlags: [
        ...opsCompatibility.flags,
        ...(estate.environment.cloud === "cloudflare" ? ["global_fetch_strictly_public"] : []),
      ].sort(),
      observability: { enabled: true, headSamplingRate: 1 },
      migrations: [{ tag, newSqliteClasses: opsObjects.map(({ className }) => className).sort() }],
    };
    const first = firstUploads(name, worker, { accountId, closesCycle: false }, { parent: this });
    const bindings: CloudflareBinding[] = [
      { name: opsVariable, type: "plain_text", text: configuration(args, access, around) },
      { name: opsStores.signingKey, type: "secret_text", text: keys.privateKey },
      { name: opsStores.familyKeys, type: "secret_text", text: pulumi.secret(pulumi.jsonStringify(familyKeys)) },
      { name: opsStores.records, type: "kv_namespace", namespaceId: recordsNamespace },
      { name: opsStores.archive, type: "r2_bucket", bucketName: archive.name },
      { name: opsStores.events, type: "queue", queueName: events.queueName },
      ...opsObjects.map(({ name: binding, className }) => ({
        name: binding,
        type: "durable_object_namespace",
        className,
      })),
    ];
    const scriptArgs = {
      accountId,
      scriptName: worker.scriptName,
      mainModule: "index.mjs",
      contentFile: programPath(bundle.path),
      contentSha256: bundle.sha256,
      compatibilityDate: worker.compatibilityDate,
      compatibilityFlags: worker.compatibilityFlags,
      bindings: bindings.sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
      limits: { cpuMs: 30_000 },
      observability: worker.observability,
    } satisfies cloudflare.WorkersScriptArgs;
    return new cloudflare.WorkersScript(
      `${name}-script`,
      {
        ...scriptArgs,
        annotations: { workersTag: release(scriptArgs, keys.privateKey), workersMessage: `after ${tag}` },
      },
      { parent: this, dependsOn: first.map(({ script }) => script), additionalSecretOutputs: ["bindings"] },
    );
  }

  #consume(
    name: string,
    script: cloudflare.WorkersScript,
    events: cloudflare.Queue,
    deadLetter: cloudflare.Queue,
    { accountId }: Surroundings,
  ): cloudflare.QueueConsumer {
    return new cloudflare.QueueConsumer(
      `${name}-consumer`,
      {
        accountId,
        queueId: events.queueId,
        scriptName: script.scriptName,
        type: "worker",
        deadLetterQueue: deadLetter.queueName,
        settings: { batchSize: 100, maxWaitTimeMs: 1_000, maxRetries: 100, retryDelay: 5 },
      },
      { parent: this },
    );
  }

  /** Children sign their requests with a key of their own, and cannot sign in through Access, which guards the rest of the host. */
  #admitMachines(name: string, { hostname }: OpsPlaneArgs, { accountId }: Surroundings): pulumi.Resource {
    const policy = new cloudflare.ZeroTrustAccessPolicy(
      `${name}-machines`,
      {
        accountId,
        name: `Children of ${hostname}`,
        decision: "bypass",
        includes: [{ everyone: {} }],
      },
      { parent: this },
    );
    return new cloudflare.ZeroTrustAccessApplication(
      `${name}-machines`,
      {
        accountId,
        name: `Sync of ${hostname}`,
        type: "self_hosted",
        domain: `${hostname}/sync`,
        destinations: ["/sync", "/health"].map((path) => ({ type: "public", uri: `${hostname}${path}` })),
        policies: [{ id: policy.id, precedence: 1 }],
      },
      { parent: this },
    );
  }

  #address(
    name: string,
    { hostname }: OpsPlaneArgs,
    { scriptName }: cloudflare.WorkersScript,
    { accountId, zoneId }: Surroundings,
  ): pulumi.Resource[] {
    return [
      new cloudflare.WorkersScriptSubdomain(
        `${name}-subdomain`,
        { accountId, scriptName, enabled: false, previewsEnabled: false },
        { parent: this },
      ),
      new cloudflare.WorkersCustomDomain(
        `${name}-domain`,
        { accountId, zoneId, hostname, service: scriptName },
        { parent: this },
      ),
    ];
  }
}

function siteOf({ hostname }: OpsPlaneArgs, { estate }: Surroundings): string {
  return `${estate.environment.cloud === "embedded" ? "http" : "https"}://${hostname}`;
}

function configuration(
  args: OpsPlaneArgs,
  access: OpsPlaneParts["access"],
  around: Surroundings,
): pulumi.Output<string> {
  const { families, grants, synthetics, environment } = args;
  const shared: Omit<OpsConfigurationInput, "access"> = {
    version: 1,
    environment,
    url: publicUrl({ url: siteOf(args, around) }, around.edgeUrl) ?? "",
    families: [...families],
    grants: [...grants],
    synthetics: synthetics.map((page) => ({ ...page, url: publicUrl(page, around.edgeUrl) ?? page.url })),
    ...(around.clockUrl !== undefined && { clockUrl: around.clockUrl }),
  };
  return pulumi.unsecret(pulumi.jsonStringify(pulumi.output(access).apply((known) => ({ ...shared, access: known }))));
}

/** PKCS #8 (RFC 8410) of an Ed25519 key, but for its 32 bytes. */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

function keyPair(seed: string): { publicKey: string; privateKey: string } {
  const bytes = createHash("sha256").update(seed).digest();
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, bytes]), format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  return { publicKey: x, privateKey: JSON.stringify(key.export({ format: "jwk" })) };
}
