import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { ValueMap } from "../../kit/value.ts";
import { operate } from "../../testing/operate.ts";
import { neon } from "../provider.ts";
import {
  Branch,
  type BranchArgs,
  Database,
  type DatabaseArgs,
  Endpoint,
  type EndpointArgs,
  Project,
  type ProjectArgs,
  Provider,
  Role,
  type RoleArgs,
  SnapshotSchedule,
  type SnapshotScheduleArgs,
} from "./index.ts";

const at = { projectId: "quiet-river-17", branchId: "br-quiet-river-17" };
const sizes = {
  autoscalingLimitMinCu: 0.25,
  autoscalingLimitMaxCu: 2,
  suspendTimeoutSeconds: 300,
  pgSettings: { work_mem: "8MB" },
};

/** Every argument there is. */
const everything = {
  Project: {
    name: "finance-prod",
    regionId: "aws-us-east-2",
    pgVersion: 18,
    orgId: "org-quiet-river-17",
    storePasswords: true,
    historyRetentionSeconds: 86_400,
    branchName: "main",
    databaseName: "ledger",
    roleName: "owner",
    protected: true,
    defaultEndpointSettings: sizes,
    settings: {
      quota: {
        activeTimeSeconds: 1,
        computeTimeSeconds: 1,
        writtenDataBytes: 1,
        dataTransferBytes: 1,
        logicalSizeBytes: 1,
      },
      allowedIps: { ips: ["203.0.113.7", "2001:db8::/32", "10.0.0.1-10.0.0.9"], protectedBranchesOnly: true },
      enableLogicalReplication: true,
      maintenanceWindow: { weekdays: [7], startTime: "03:00", endTime: "04:00" },
      blockPublicConnections: false,
      blockVpcConnections: true,
      auditLogLevel: "base",
      hipaa: false,
    },
    allowDataLoss: false,
  } satisfies Required<ProjectArgs>,
  Branch: {
    projectId: at.projectId,
    name: "preview",
    parentId: at.branchId,
    parentLsn: "0/1DE2850",
    initSource: "parent-data",
    protected: false,
    expiresAt: "2026-03-08T00:00:00Z",
    allowDataLoss: false,
  } satisfies Required<Omit<BranchArgs, "parentTimestamp">>,
  Endpoint: { ...at, type: "read_only", name: "reports", disabled: false, ...sizes } satisfies Required<EndpointArgs>,
  Role: { ...at, name: "app", passwordEpoch: 2 } satisfies Required<RoleArgs>,
  Database: { ...at, name: "audit", ownerName: "app", allowDataLoss: false } satisfies Required<DatabaseArgs>,
  SnapshotSchedule: {
    ...at,
    schedule: [{ frequency: "yearly", hour: 3, day: 1, month: 1, retentionSeconds: 604_800 }],
  } satisfies Required<SnapshotScheduleArgs>,
};
type Kind = keyof typeof everything;

const classes = { Branch, Database, Endpoint, Project, Role, SnapshotSchedule };
const definition = neon();

/** What a class asks the engine to register. */
async function registered(make: () => pulumi.Resource): Promise<{ type: string; inputs: ValueMap }[]> {
  const requests: { type: string; inputs: ValueMap }[] = [];
  await pulumi.runtime.setMocks({
    call: (call) => call.inputs,
    newResource: ({ type, inputs }) => {
      requests.push({ type, inputs });
      return { id: "made", state: inputs };
    },
  });
  const { urn } = make();
  await new Promise((resolve) => urn.apply(resolve));
  return requests;
}

describe.each(Object.keys(everything) as Kind[])("the class %s", (kind) => {
  const token = `neon:index:${kind}`;
  it("has the arguments that the plugin takes, all of them", async () => {
    // A class of its own arguments each: that they fit was checked where they are listed.
    const make = classes[kind] as new (name: string, args: object) => pulumi.CustomResource;
    const [request] = await registered(() => new make("resource", everything[kind]));
    expect(request?.type).toBe(token);
    const inputs = Object.fromEntries(Object.entries(request?.inputs ?? {}).filter(([, value]) => value !== undefined));
    expect(inputs).toEqual(everything[kind]);
    expect(await operate(definition, {}, token).check(inputs)).toEqual([]);
    const shape = definition.resources[token]?.shape ?? {};
    const settable = Object.keys(shape).filter((name) => shape[name]?.output !== true && name !== "parentTimestamp");
    expect(Object.keys(everything[kind]).sort()).toEqual(settable.sort());
  });

  it("has the outputs that the plugin gives", () => {
    const shape = definition.resources[token]?.shape ?? {};
    const make = classes[kind] as new (name: string, args: object) => object;
    const resource = new make("outputs", everything[kind]);
    const missing = Object.keys(shape).filter((name) => shape[name]?.output === true && !(name in resource));
    expect(missing).toEqual([]);
  });
});

it("the provider takes what the plugin takes", async () => {
  const args = { apiKey: "napi_1", baseUrl: "http://127.0.0.1:1/api/v2", orgId: "org-quiet-river-17" };
  const [request] = await registered(() => new Provider("neon", args));
  expect(request?.type).toBe("pulumi:providers:neon");
  expect(Object.keys(request?.inputs ?? {}).sort()).toEqual(Object.keys(definition.config).sort());
});
