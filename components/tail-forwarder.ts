import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../catalog/index.ts";
import * as cloudflare from "./cloudflare.ts";
import type { FamilyPlace } from "./family-place.ts";
import type { Labels } from "./labels.ts";
import { programPath } from "./program-path.ts";
import { rateLimit } from "./rate-limit.ts";

/** Of whoever's logs it takes: a tenant's, or `shared` for a family's apps together. */
export interface TailForwarderArgs extends Labels {
  family: string;
}

const batchesPerMinute = 600;

/** Keeps the logs of Workers in a bucket that none of them can reach. */
export class TailForwarder extends pulumi.ComponentResource {
  /** What a Worker names as its tail consumer. */
  declare readonly scriptName: pulumi.Output<string>;
  declare readonly logBucket: pulumi.Output<string>;

  constructor(name: string, args: TailForwarderArgs, place: FamilyPlace, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:TailForwarder", name, args, opts);
    const { accountId, bundles, environment } = place;
    const called = args.tenant === "shared" ? args.family : `${args.family}-${args.tenant}`;
    const bucket = new cloudflare.R2Bucket(
      `${name}-logs`,
      { accountId, name: physicalName(called, "logs", environment.name) },
      { parent: this, protect: environment.protectsData },
    );
    const script = new cloudflare.WorkersScript(
      `${name}-script`,
      {
        accountId,
        scriptName: physicalName(called, "tail", environment.name),
        mainModule: "index.mjs",
        contentFile: programPath(bundles.tail.path),
        contentSha256: bundles.tail.sha256,
        compatibilityDate: "2026-11-01",
        bindings: [
          { name: "LOGS", type: "r2_bucket", bucketName: bucket.name },
          rateLimit(called, "tail", batchesPerMinute),
        ],
        limits: { cpuMs: 1_000, subrequests: 50 },
        observability: { enabled: true, headSamplingRate: 1 },
      },
      { parent: this, additionalSecretOutputs: ["bindings"] },
    );
    new cloudflare.WorkersScriptSubdomain(
      `${name}-subdomain`,
      { accountId, scriptName: script.scriptName, enabled: false, previewsEnabled: false },
      { parent: this },
    );
    this.scriptName = script.scriptName;
    this.logBucket = bucket.name;
    this.registerOutputs({ scriptName: this.scriptName, logBucket: this.logBucket });
  }
}
