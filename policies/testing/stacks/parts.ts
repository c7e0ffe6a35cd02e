import type { Node } from "../../kit/graph.ts";
import type { Props, StackBuilder } from "./stack-builder.ts";

const day = 24 * 3600;
export const accountId = "a".repeat(32);

/** A script that answers at a host of its own, and nowhere else. */
export function script(
  build: StackBuilder,
  name: string,
  parent: Node,
  props: Props,
  { tail, host }: { tail?: Node; host?: string } = {},
): Node {
  const made = build.resource(
    "WorkersScript",
    `${name}-script`,
    parent,
    {
      accountId,
      scriptName: `${name}-script`,
      limits: { cpuMs: 100, subrequests: 50 },
      observability: { enabled: true, headSamplingRate: 1 },
      ...(tail && { tailConsumers: [{ service: build.input(tail, "scriptName") }] }),
      ...props,
    },
    { secrets: ["bindings"] },
  );
  const scriptName = build.input(made, "scriptName");
  build.resource("WorkersScriptSubdomain", `${name}-subdomain`, parent, {
    accountId,
    scriptName,
    enabled: false,
    previewsEnabled: false,
  });
  if (host !== undefined)
    build.resource("WorkersCustomDomain", `${name}-domain`, parent, { accountId, hostname: host, service: scriptName });
  return made;
}

/** A database with a Hyperdrive before it. */
export function database(build: StackBuilder, name: string, parent: Node, props: Props = {}): Node {
  const home = build.component("NeonDatabase", `${name}-database`, {}, parent);
  const password = build.resource("RandomPassword", `${name}-password`, home, { length: 48, special: false });
  const project = build.resource(
    "Project",
    `${name}-project`,
    home,
    {
      name: `${name}-project`,
      regionId: "aws-us-east-2",
      historyRetentionSeconds: 7 * day,
      protected: true,
      settings: {
        quota: { computeTimeSeconds: 3600, logicalSizeBytes: 1_000_000 },
        allowedIps: { ips: ["192.0.2.0/24"] },
        enableLogicalReplication: false,
      },
    },
    { protect: true },
  );
  build.resource("RuntimeRole", `${name}-runtime`, home, {
    name: `${name}_app`,
    ownerUri: build.output(project, "connectionUri"),
    password: build.output(password, "result"),
  });
  build.resource("SnapshotSchedule", `${name}-snapshots`, home, { projectId: build.output(project, "id") });
  return build.resource(
    "HyperdriveConfig",
    `${name}-hyperdrive`,
    home,
    {
      accountId,
      name: `${name}-hyperdrive`,
      origin: {
        host: build.output(project, "host"),
        database: `${name}`,
        user: `${name}_app`,
        password: build.output(password, "result"),
      },
      originConnectionLimit: 10,
      caching: { disabled: true },
      mtls: { sslmode: "verify-full", caCertificateId: "0b1c" },
      ...props,
    },
    { secrets: ["origin"] },
  );
}

/** A bucket with a lock and a lifecycle. */
export function bucket(
  build: StackBuilder,
  name: string,
  parent: Node,
  { days, location = "enam" }: { days: number; location?: string },
): Node {
  const jurisdiction = "fedramp";
  const made = build.resource("R2Bucket", name, parent, { accountId, name, jurisdiction, location }, { protect: true });
  const bucketName = build.input(made, "name");
  const condition = { type: "Age", maxAgeSeconds: days * day };
  build.resource("R2BucketLock", `${name}-lock`, parent, {
    accountId,
    bucketName,
    jurisdiction,
    rules: [{ id: "retention", enabled: true, condition }],
  });
  build.resource("R2BucketLifecycle", `${name}-lifecycle`, parent, {
    accountId,
    bucketName,
    jurisdiction,
    rules: [
      {
        id: "end-of-retention",
        enabled: true,
        conditions: { prefix: "" },
        deleteObjectsTransition: { condition: { type: "Age", maxAge: days * day } },
      },
    ],
  });
  return made;
}

/** The settings and rules of a zone. */
export function zone(build: StackBuilder, zoneId: string): void {
  const home = build.component("EdgeZone", "zone", { tenant: "shared" });
  const settings = { ssl: "strict", always_use_https: "on", min_tls_version: "1.2" };
  for (const [settingId, value] of Object.entries(settings))
    build.resource("ZoneSetting", `zone-${settingId}`, home, { zoneId, settingId, value });
  for (const [name, phase] of [
    ["firewall", "http_request_firewall_custom"],
    ["rate-limit", "http_ratelimit"],
  ] as const)
    build.resource("Ruleset", `zone-${name}`, home, { zoneId, phase, rules: [{ action: "block", enabled: true }] });
  build.resource("ZoneDnssec", "zone-dnssec", home, { zoneId, status: "active" });
}
