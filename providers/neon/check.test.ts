import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPath } from "../kit/path.ts";
import { unknown, type ValueMap } from "../kit/value.ts";
import { operate } from "../testing/operate.ts";
import { neon } from "./provider.ts";

const resource = (type: string) =>
  operate(neon(), { apiKey: "k", baseUrl: "http://127.0.0.1:1" }, `neon:index:${type}`);

async function problems(type: string, inputs: ValueMap): Promise<string[]> {
  return (await resource(type).check(inputs)).map(({ path, reason }) => `${formatPath(path)} ${reason}`);
}

const project = { name: "finance-dev", regionId: "aws-us-east-2" };
const at = { projectId: "quiet-river-17", branchId: "br-quiet-river-17" };
const long = (length: number) => "x".repeat(length);

describe("a project's arguments", () => {
  it("are all looked at, and each problem says what was found and what is expected", async () => {
    const found = await problems("Project", {
      name: long(257),
      regionId: "azure-eastus2",
      pgVersion: 13,
      historyRetentionSeconds: -1,
      branchName: " ",
      databaseName: "template1",
      roleName: "pg_owner",
      defaultEndpointSettings: {
        autoscalingLimitMinCu: 0.3,
        autoscalingLimitMaxCu: 57,
        suspendTimeoutSeconds: 30,
      },
      settings: {
        quota: { logicalSizeBytes: -5, computeTimeSeconds: 1.5 },
        allowedIps: { ips: ["203.0.113.7", "10.0.0.0/33", "nonsense"] },
        maintenanceWindow: { weekdays: [0], startTime: "25:00", endTime: "04:00" },
        auditLogLevel: "loud",
      },
    });
    expect(found).toEqual([
      "name must have at most 256 characters, found 257",
      expect.stringMatching(/^regionId must be one of Neon's regions \(aws-us-east-1, .*\), found azure-eastus2$/),
      "pgVersion must be a whole number from 14 to 18, found 13",
      "historyRetentionSeconds must be a whole number from 0 to 2592000 (30 days); how much a plan allows is less on most, found -1",
      "branchName must not be empty",
      "databaseName is reserved by Neon or Postgres; choose another database name than template1",
      "roleName is reserved by Neon or Postgres; choose another role name than pg_owner",
      "defaultEndpointSettings.autoscalingLimitMinCu must be 0.25, 0.5 or a whole number of compute units from 1 to 56, found 0.3",
      "defaultEndpointSettings.autoscalingLimitMaxCu must be 0.25, 0.5 or a whole number of compute units from 1 to 56, found 57",
      "defaultEndpointSettings.suspendTimeoutSeconds must be from 60 to 604800 seconds, or 0 (Neon's default, 300), or -1 (never), found 30",
      "settings.quota.computeTimeSeconds must be a whole number of at least 0 (0 is no limit), found 1.5",
      "settings.quota.logicalSizeBytes must be a whole number of at least 0 (0 is no limit), found -5",
      expect.stringMatching(/^settings.allowedIps.ips must be addresses, .*, found 10.0.0.0\/33, nonsense$/),
      "settings.maintenanceWindow.weekdays must be numbers from 1 (Monday) to 7 (Sunday), found 0",
      "settings.maintenanceWindow.startTime must be a time of day in UTC such as 03:00, found 25:00",
      "settings.auditLogLevel must be base or extended or full, found loud",
      "defaultEndpointSettings.autoscalingLimitMaxCu must be at most 16 with autoscaling (a fixed size may be larger), found 57",
    ]);
  });

  it("may be absent, unknown, or of the smallest kind", async () => {
    expect(await problems("Project", project)).toEqual([]);
    expect(await problems("Project", { name: unknown, regionId: unknown, settings: unknown })).toEqual([]);
    expect(await problems("Project", { ...project, databaseName: unknown, defaultEndpointSettings: unknown })).toEqual(
      [],
    );
  });

  it.each([
    [{ min: 2, max: 1 }, "must be at least autoscalingLimitMinCu (2), found 1"],
    [{ min: 1, max: 10 }, "must be at most 8 above autoscalingLimitMinCu (1), found 10"],
    [{ min: 9, max: 17 }, "must be at most 16 with autoscaling"],
    [{ min: 24, max: 24 }, undefined],
    [{ min: 0.25, max: 8 }, undefined],
  ])("have sizes that belong together: %o", async ({ min, max }, reason) => {
    const settings = { autoscalingLimitMinCu: min, autoscalingLimitMaxCu: max };
    const found = await problems("Project", { ...project, defaultEndpointSettings: settings });
    expect(found.join()).toContain(reason ?? "");
    expect(found).toHaveLength(reason === undefined ? 0 : 1);
  });
});

describe("the other resources' arguments", () => {
  it.each<[string, ValueMap, string]>([
    [
      "Branch",
      { projectId: at.projectId, name: "b", parentId: "main" },
      "parentId must be the id of a branch, which begins with br-",
    ],
    [
      "Branch",
      { projectId: at.projectId, name: "b", parentLsn: "0/1", parentTimestamp: "2026-03-01T12:00:00Z" },
      "parentLsn cannot be set beside",
    ],
    [
      "Branch",
      { projectId: at.projectId, name: "b", parentTimestamp: "yesterday" },
      "parentTimestamp must be a point in time",
    ],
    [
      "Branch",
      { projectId: at.projectId, name: "b", initSource: "empty" },
      "initSource must be parent-data or schema-only, found empty",
    ],
    ["Endpoint", { ...at, type: "read" }, "type must be read_write or read_only, found read"],
    [
      "Endpoint",
      { ...at, type: "read_only", autoscalingLimitMinCu: 2, autoscalingLimitMaxCu: 1 },
      "autoscalingLimitMaxCu must be at least",
    ],
    ["Endpoint", { ...at, type: "read_only", name: long(65) }, "name must have at most 64 characters, found 65"],
    ["Role", { ...at, name: long(64) }, "name must have at most 63 bytes, found 64"],
    ["Role", { ...at, name: "ü".repeat(32) }, "name must have at most 63 bytes, found 64"],
    ["Role", { ...at, name: "neon_superuser" }, "name is reserved"],
    ["Role", { ...at, name: "r", passwordEpoch: -1 }, "passwordEpoch must be a whole number"],
    ["Database", { ...at, name: "postgres", ownerName: "r" }, "name is reserved"],
    ["Database", { ...at, name: "a\nb", ownerName: "r" }, "name must not have control characters"],
    ["Database", { ...at, name: "d", ownerName: "" }, "ownerName must not be empty"],
    ["SnapshotSchedule", { ...at, schedule: [] }, "schedule must have at least one entry"],
    [
      "SnapshotSchedule",
      { ...at, schedule: [{ frequency: "often" }] },
      "schedule[0].frequency must be hourly or daily",
    ],
    [
      "SnapshotSchedule",
      { ...at, schedule: [{ frequency: "daily", day: 3 }] },
      "schedule[0].day says nothing with frequency daily",
    ],
    [
      "SnapshotSchedule",
      { ...at, schedule: [{ frequency: "weekly", day: 8 }] },
      "schedule[0].day must be a day of the week",
    ],
    [
      "SnapshotSchedule",
      { ...at, schedule: [{ frequency: "daily", hour: 24, retentionSeconds: 60 }] },
      "schedule[0].hour must be a whole number from 0 to 23",
    ],
  ])("%s: %o", async (type, inputs, expected) => {
    const found = await problems(type, inputs);
    expect(found.filter((problem) => problem.startsWith(expected))).toHaveLength(1);
  });

  it("take every name that Postgres takes", async () => {
    const names = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(..."aZ0_ -'\"/\\%$é@:#?&") });
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        fc.pre(name.trim() !== "");
        expect(await problems("Role", { ...at, name })).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

/** A resource as an earlier `up` has recorded it. */
const recorded = (inputs: ValueMap, outputs: ValueMap = {}) => ({
  id: "id",
  inputs,
  outputs: { ...inputs, ...outputs },
});

describe("a change", () => {
  const branch = { projectId: at.projectId, name: "b" };
  it.each<[string, ValueMap, ValueMap, boolean]>([
    ["Project", project, { name: "other" }, false],
    ["Project", project, { historyRetentionSeconds: 86_400 }, false],
    ["Project", project, { branchName: "trunk", databaseName: "d", protected: true }, false],
    ["Project", project, { defaultEndpointSettings: { autoscalingLimitMaxCu: 2 } }, false],
    ["Project", project, { settings: { quota: { logicalSizeBytes: 1 } } }, false],
    ["Project", project, { regionId: "aws-us-east-1" }, true],
    ["Project", project, { pgVersion: 18 }, true],
    ["Project", project, { orgId: "org-other-1" }, true],
    ["Project", project, { storePasswords: false }, true],
    ["Branch", branch, { name: "c", protected: true, expiresAt: "2027-01-01T00:00:00Z" }, false],
    ["Branch", branch, { parentId: "br-other-1" }, true],
    ["Branch", branch, { parentLsn: "0/1" }, true],
    ["Branch", branch, { parentTimestamp: "2026-03-01T12:00:00Z" }, true],
    ["Branch", branch, { initSource: "schema-only" }, true],
    ["Endpoint", { ...at, type: "read_only" }, { autoscalingLimitMaxCu: 2, disabled: true, name: "e" }, false],
    ["Endpoint", { ...at, type: "read_only" }, { type: "read_write" }, true],
    ["Endpoint", { ...at, type: "read_only" }, { branchId: "br-other-1" }, true],
    ["Role", { ...at, name: "r" }, { passwordEpoch: 2 }, false],
    ["Role", { ...at, name: "r" }, { name: "s" }, true],
    ["Database", { ...at, name: "d", ownerName: "r" }, { name: "e", ownerName: "s" }, false],
    ["Database", { ...at, name: "d", ownerName: "r" }, { branchId: "br-other-1" }, true],
    ["SnapshotSchedule", { ...at, schedule: [{ frequency: "daily" }] }, { schedule: [{ frequency: "hourly" }] }, false],
  ])("of %s %o by %o replaces it: %s", async (type, inputs, change, replaces) => {
    const before = recorded({ ...inputs, allowDataLoss: true });
    const { changes } = await resource(type).diff(before, { ...inputs, ...change, allowDataLoss: true });
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.some(({ replace }) => replace)).toBe(replaces);
  });

  it.each<[string, string, ValueMap, ValueMap, ValueMap, string]>([
    [
      "a project",
      "Project",
      project,
      {},
      { regionId: "aws-us-east-1" },
      "The project finance-dev would be replaced, and its data be lost, because regionId changed.",
    ],
    ["a project", "Project", project, {}, { pgVersion: 18, roleName: "o" }, "because pgVersion, roleName changed"],
    [
      "a root branch",
      "Branch",
      { ...branch, initSource: "schema-only" },
      { root: true },
      { initSource: "parent-data" },
      "The root branch b would be replaced",
    ],
    [
      "a database",
      "Database",
      { ...at, name: "d", ownerName: "r" },
      {},
      { branchId: unknown },
      "The database d would be replaced, and its data be lost, because branchId changed.",
    ],
  ])("that would lose the data of %s fails, and names the field", async (_, type, inputs, outputs, change, message) => {
    const { diff } = resource(type);
    await expect(diff(recorded(inputs, outputs), { ...inputs, ...change })).rejects.toThrow(message);
    // The permission has to be recorded before: a replacement ends with a delete, which knows of nothing else.
    const both = { ...inputs, ...change, allowDataLoss: true };
    await expect(diff(recorded(inputs, outputs), both)).rejects.toThrow("set allowDataLoss: true on it and run `up`");
    const permitted = await diff(recorded({ ...inputs, allowDataLoss: true }, outputs), both);
    expect(permitted.changes.some(({ replace }) => replace)).toBe(true);
  });

  it("replaces nothing for an argument that is dropped, or added with the value that Neon had chosen", async () => {
    const chosen = { ...project, pgVersion: 17, roleName: "neondb_owner" };
    const added = await resource("Project").diff(recorded(project, chosen), chosen);
    expect(added.changes).toMatchObject([{ replace: false }, { replace: false }]);
    const dropped = await resource("Project").diff(recorded(chosen), project);
    expect(dropped.changes).toMatchObject([{ replace: false }, { replace: false }]);
  });

  it("replaces a child branch as it is: it has only what its parent has", async () => {
    const inputs = { ...branch, parentTimestamp: "2026-03-01T12:00:00Z" };
    const before = recorded(branch, { root: false });
    const { changes, deleteBeforeReplace } = await resource("Branch").diff(before, inputs);
    expect(changes).toMatchObject([{ path: ["parentTimestamp"], replace: true }]);
    expect(deleteBeforeReplace).toBe(true);
  });

  it("cannot switch logical replication off again", async () => {
    const inputs = { ...project, settings: { enableLogicalReplication: true } };
    const off = { ...project, settings: { enableLogicalReplication: false } };
    await expect(resource("Project").diff(recorded(inputs), off)).rejects.toThrow("cannot be switched off again");
  });

  it.each<[string, ValueMap, ValueMap]>([
    ["Project", project, {}],
    ["Branch", branch, { root: true }],
    ["Branch", branch, { default: true }],
    ["Database", { ...at, name: "d", ownerName: "r" }, {}],
  ])("that deletes a %s %o %o is refused without a permission, and nothing is sent", async (type, inputs, outputs) => {
    const deleted = resource(type).delete(recorded(inputs, outputs));
    await expect(deleted).rejects.toThrow(/is not deleted, since its data would be lost.*allowDataLoss: true/);
  });
});
