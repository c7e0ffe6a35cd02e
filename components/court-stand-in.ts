import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../catalog/index.ts";
import type { courtStandIn } from "../contracts/court-stand-in.ts";
import { liteChildCompatibility } from "../contracts/lite-child.ts";
import * as cloudflare from "./cloudflare.ts";
import type { FamilyPlace } from "./family-place.ts";
import type { Labels } from "./labels.ts";
import { programPath } from "./program-path.ts";
import { publicUrl } from "./public-url.ts";
import { rateLimit } from "./rate-limit.ts";
import { healthGate } from "./worker/health-gate.ts";

export interface CourtStandInArgs extends Labels {
  family: string;
  /** Name of the system that it stands in for, and the audience of filings, e.g. `efile`. */
  system: string;
  /** e.g. `efile.cook-county.chitty.localhost` */
  hostname: string;
  /** Id of each app that may file, to the address of its public keys. */
  children: Readonly<Record<string, string>>;
  /** Name of the script that takes its logs. */
  tailConsumer: pulumi.Input<string>;
}

const filingsPerMinute = 600;

/** Stands in for a court's system in `local`, where there is none to file with: it keeps what apps file, and answers with a receipt. */
export class CourtStandIn extends pulumi.ComponentResource {
  /** Where filings go. */
  readonly filingUrl: string;

  constructor(name: string, args: CourtStandInArgs, place: FamilyPlace, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:CourtStandIn", name, args, opts);
    const { accountId, bundles, environment, zoneId, edgeUrl } = place;
    const { system, children, hostname, tailConsumer } = args;
    const told = { system, children } satisfies typeof courtStandIn._input;
    const parent = { parent: this };
    const filings = new cloudflare.WorkersKvNamespace(
      `${name}-filings`,
      { accountId, title: physicalName(`${args.family}-${system}`, "filings", environment.name) },
      parent,
    );
    const script = new cloudflare.WorkersScript(
      `${name}-script`,
      {
        accountId,
        scriptName: physicalName(`${args.family}-${system}`, undefined, environment.name),
        mainModule: "index.mjs",
        contentFile: programPath(bundles.court.path),
        contentSha256: bundles.court.sha256,
        compatibilityDate: liteChildCompatibility.date,
        compatibilityFlags: [...liteChildCompatibility.flags],
        bindings: [
          { name: "COURT", type: "plain_text", text: JSON.stringify(told) },
          { name: "FILINGS", type: "kv_namespace", namespaceId: filings.id },
          rateLimit(args.family, system, filingsPerMinute),
        ],
        limits: { cpuMs: 1_000, subrequests: 50 },
        observability: { enabled: true, headSamplingRate: 1 },
        tailConsumers: [{ service: tailConsumer }],
        annotations: { workersTag: bundles.court.sha256.slice(0, 16) },
      },
      { ...parent, additionalSecretOutputs: ["bindings"] },
    );
    const { scriptName } = script;
    new cloudflare.WorkersScriptSubdomain(
      `${name}-subdomain`,
      { accountId, scriptName, enabled: false, previewsEnabled: false },
      parent,
    );
    const domain = new cloudflare.WorkersCustomDomain(
      `${name}-domain`,
      { accountId, zoneId, hostname, service: scriptName },
      parent,
    );
    const service = { name, url: `http://${hostname}`, health: { path: "/health", expect: "ok" } };
    healthGate(service, script, { cloud: environment.cloud, edgeUrl }, { ...parent, dependsOn: [domain] });
    this.filingUrl = `${publicUrl(service, edgeUrl)}/filings`;
    this.registerOutputs({ filingUrl: this.filingUrl });
  }
}
