import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../catalog/index.ts";
import { childKeyMessage } from "../contracts/child-key.ts";
import {
  type LiteChildInput,
  liteChildBindings,
  liteChildCompatibility,
  liteChildVariable,
} from "../contracts/lite-child.ts";
import { tickSeconds } from "../contracts/ops-sync.ts";
import { slotOf } from "../contracts/sync-schedule.ts";
import * as cloudflare from "./cloudflare.ts";
import type { FamilyPlace } from "./family-place.ts";
import type { Labels } from "./labels.ts";
import { programPath } from "./program-path.ts";
import { publicUrl } from "./public-url.ts";
import { rateLimit } from "./rate-limit.ts";
import type { CloudflareBinding } from "./worker/cloudflare-binding.ts";
import { firstUploads } from "./worker/first-uploads.ts";
import { healthGate } from "./worker/health-gate.ts";
import { release } from "./worker/worker-script.ts";

/** An app is its own tenant. */
export interface LiteChildArgs extends Labels {
  /** Unique within the family and environment; a word of every name below, e.g. `traffic-court`. */
  child: string;
  /** For people. */
  title: string;
  family: LiteChildInput["family"];

  owner: string;
  /** e.g. `habits.mychitty.com` */
  hostname: string;
  labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601: from then on it answers 410. */
  expiresAt?: string | undefined;
  /** One that is `reaped` has no address any more, and keeps what it stores. */
  state: "active" | "suspended" | "reaped";
  quota: {
    requestsPerDay: number;
    requestsPerMinute: number;
    /** Milliseconds of CPU time for one request. */
    cpuMs: number;
    /** Requests that one request may make in turn. */
    subrequests: number;
    /** Largest document, in bytes. */
    documentBytes?: number | undefined;
  };
}

/** What one family's apps have and others have not, besides live objects. */
export interface LiteChildParts {
  /** Fields of the variable `CHILD` that depend on the family. */
  specific: pulumi.Input<Readonly<Record<string, unknown>>>;
  /** Makes what the app keeps data in, below the app, and gives the bindings besides `CHILD`, `CHILD_KEY` and its own Durable Objects. */
  stores: (app: LiteChild) => readonly CloudflareBinding[];
  /** The script that takes its logs. */
  tailConsumer: pulumi.Input<string>;
  /** The queue that it consumes, and where its dead letters go. */
  consumes?: { queue: cloudflare.Queue; deadLetter: cloudflare.Queue };
  /** Whether Logpush jobs may take its traces. */
  logpush?: boolean;
  /** How a health check passes Access, where Access guards the app. */
  accessToken?: { clientId: pulumi.Output<string>; clientSecret: pulumi.Output<string> };
}

const tag = "v1";

/**
 * An app of a family: the child's Worker with its key, its link to the parent, its quota and its address. All apps run one bundle; what an
 * app is, it reads in its variable `CHILD`.
 */
export class LiteChild extends pulumi.ComponentResource {
  declare readonly childId: pulumi.Output<string>;
  /** Without a slash at the end. */
  declare readonly url: pulumi.Output<string>;
  declare readonly scriptName: pulumi.Output<string>;
  /** The beginning of its code's sha256. */
  declare readonly version: pulumi.Output<string>;
  /** Known once it said that it is healthy. */
  declare readonly healthy: pulumi.Output<boolean>;

  constructor(
    name: string,
    args: LiteChildArgs,
    parts: LiteChildParts,
    place: FamilyPlace,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("chittyops:index:LiteChild", name, args, opts);
    const url = publicUrl({ url: siteOf(args, place) }, place.edgeUrl) ?? "";
    const script = this.#script(name, args, { ...parts, url }, place);
    const consumers = this.#consume(name, script, parts, place);
    const addresses = this.#address(name, args, script, place);
    const gate =
      args.state === "reaped" ? undefined : this.#wait(name, args, script, parts, place, [...consumers, ...addresses]);
    this.#schedule(name, args, script, place, gate === undefined ? addresses : [gate]);
    this.healthy = gate?.stdout.apply(() => true) ?? pulumi.output(true);
    this.childId = pulumi.output(args.child);
    this.url = pulumi.output(url);
    this.scriptName = script.scriptName;
    this.version = pulumi.output(place.bundles.child.sha256.slice(0, 8));
    this.registerOutputs({ childId: this.childId, url: this.url, scriptName: this.scriptName, version: this.version });
  }

  #script(
    name: string,
    args: LiteChildArgs,
    { specific, stores, tailConsumer, url, logpush = false }: LiteChildParts & { url: string },
    place: FamilyPlace,
  ): cloudflare.WorkersScript {
    const { accountId, bundles, core } = place;
    const limits = { cpuMs: args.quota.cpuMs, subrequests: args.quota.subrequests };
    const objects = liteChildBindings[args.family].flatMap((one) => (one.kind === "durable-object" ? [one] : []));
    const worker = {
      scriptName: scriptNameOf(args, place),
      compatibilityDate: liteChildCompatibility.date,
      compatibilityFlags: [...liteChildCompatibility.flags],
      observability: { enabled: true, headSamplingRate: 1 },
      migrations: [{ tag, newSqliteClasses: objects.map(({ className }) => className).sort() }],
    };
    const pace = rateLimit(`${args.family}-${args.child}`, place.environment.name, args.quota.requestsPerMinute);
    const bounds = { limits, bindings: [pace] };
    const first = firstUploads(name, worker, { accountId, closesCycle: false, bounds }, { parent: this });
    const childKey = pulumi.secret(
      core.enrolmentKey.apply((key) =>
        createHmac("sha256", key).update(childKeyMessage(args.child, core.outputs.keyEpoch)).digest("hex"),
      ),
    );
    const all: CloudflareBinding[] = [
      { name: liteChildVariable, type: "plain_text", text: childVariable(args, specific, url, place) },
      { name: "CHILD_KEY", type: "secret_text", text: childKey },
      pace,
      ...objects.map(({ name: binding, className }) => ({
        name: binding,
        type: "durable_object_namespace",
        className,
      })),
      ...stores(this),
    ];
    const scriptArgs = {
      accountId,
      scriptName: worker.scriptName,
      mainModule: "index.mjs",
      contentFile: programPath(bundles.child.path),
      contentSha256: bundles.child.sha256,
      compatibilityDate: worker.compatibilityDate,
      compatibilityFlags: worker.compatibilityFlags,
      bindings: all.sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
      limits,
      logpush,
      observability: worker.observability,
      tailConsumers: [{ service: tailConsumer }],
    } satisfies cloudflare.WorkersScriptArgs;
    return new cloudflare.WorkersScript(
      `${name}-script`,
      {
        ...scriptArgs,
        annotations: { workersTag: release(scriptArgs, childKey), workersMessage: `after ${tag}` },
      },
      { parent: this, dependsOn: first.map(({ script }) => script), additionalSecretOutputs: ["bindings"] },
    );
  }

  /** Batches of 10 at most, retried until they are taken; what is not taken after that is kept as a dead letter. */
  #consume(
    name: string,
    script: cloudflare.WorkersScript,
    { consumes }: LiteChildParts,
    { accountId }: FamilyPlace,
  ): pulumi.Resource[] {
    if (consumes === undefined) return [];
    const { queue, deadLetter } = consumes;
    return [
      new cloudflare.QueueConsumer(
        `${name}-consumer`,
        {
          accountId,
          queueId: queue.queueId,
          scriptName: script.scriptName,
          type: "worker",
          deadLetterQueue: deadLetter.queueName,
          settings: { batchSize: 10, maxWaitTimeMs: 1_000, maxRetries: 100, retryDelay: 5 },
        },
        { parent: this },
      ),
    ];
  }

  #address(
    name: string,
    { hostname, state }: LiteChildArgs,
    { scriptName }: cloudflare.WorkersScript,
    { accountId, zoneId }: FamilyPlace,
  ): pulumi.Resource[] {
    return [
      new cloudflare.WorkersScriptSubdomain(
        `${name}-subdomain`,
        { accountId, scriptName, enabled: false, previewsEnabled: false },
        { parent: this },
      ),
      ...(state === "reaped"
        ? []
        : [
            new cloudflare.WorkersCustomDomain(
              `${name}-domain`,
              { accountId, zoneId, hostname, service: scriptName },
              { parent: this },
            ),
          ]),
    ];
  }

  /**
   * Its tick: every five minutes, in the minute that its name falls on. A court's app needs it for its keys too. Without a parent to speak to,
   * and once it is reaped, the list is empty: that takes one away.
   */
  #schedule(
    name: string,
    { family, child, state }: LiteChildArgs,
    { scriptName }: cloudflare.WorkersScript,
    { accountId, core }: FamilyPlace,
    dependsOn: pulumi.Resource[],
  ): void {
    const every = tickSeconds / 60;
    const minute = Math.floor(slotOf({ family, child }) * every);
    const idle = core.outputs.ops === undefined && family !== "cook-county";
    const schedules = idle || state === "reaped" ? [] : [{ cron: `${minute}-59/${every} * * * *` }];
    new cloudflare.WorkersCronTrigger(
      `${name}-crons`,
      { accountId, scriptName, schedules },
      { parent: this, dependsOn },
    );
  }

  #wait(
    name: string,
    args: LiteChildArgs,
    script: cloudflare.WorkersScript,
    { accessToken }: LiteChildParts,
    place: FamilyPlace,
    dependsOn: pulumi.Resource[],
  ): ReturnType<typeof healthGate> {
    const { edgeUrl, environment } = place;
    const service = { name, url: siteOf(args, place), health: { path: "/health", expect: "ok" }, accessToken };
    return healthGate(service, script, { cloud: environment.cloud, edgeUrl }, { parent: this, dependsOn });
  }
}

/** Where an app is reached; the embedded cloud's edge speaks no TLS. */
function siteOf({ hostname }: LiteChildArgs, { environment }: FamilyPlace): string {
  return `${environment.cloud === "embedded" ? "http" : "https"}://${hostname}`;
}

/** The name of an app's script at the cloud. */
function scriptNameOf({ family, child }: LiteChildArgs, { environment }: FamilyPlace): string {
  return physicalName(`${family}-${child}`, undefined, environment.name);
}

function childVariable(
  args: LiteChildArgs,
  specific: LiteChildParts["specific"],
  url: string,
  { core, environment, bundles }: FamilyPlace,
): pulumi.Output<string> {
  const { child, title, family, labels, createdAt, expiresAt, state, quota } = args;
  const { configVersion, keyEpoch, ops } = core.outputs;
  const shared = {
    version: 1,
    child,
    title,
    environment: environment.name,
    url,
    state: state === "reaped" ? "suspended" : state,
    labels,
    ...(bundles.child.sha256 !== "" && { code: bundles.child.sha256 }),
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
    quota: {
      requestsPerDay: quota.requestsPerDay,
      ...(quota.documentBytes !== undefined && { documentBytes: quota.documentBytes }),
    },
    parent: { stack: core.stack, configVersion, keyEpoch, ...(ops && { ops }) },
    family,
  };
  return pulumi.unsecret(pulumi.jsonStringify(pulumi.output(specific).apply((fields) => ({ ...shared, ...fields }))));
}
