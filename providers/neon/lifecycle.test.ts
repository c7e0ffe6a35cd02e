import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Recorded } from "../kit/recorded.ts";
import { Secret, type ValueMap } from "../kit/value.ts";
import { operate } from "../testing/operate.ts";
import { neon } from "./provider.ts";
import { type EmbeddedNeon, embeddedNeon } from "./testing/embedded-neon.ts";

let cloud: EmbeddedNeon;
beforeAll(async () => {
  cloud = await embeddedNeon();
}, 120_000);
afterAll(() => cloud.stop());

const resource = (type: string) =>
  operate(neon({ retryDelayMs: 10 }), { apiKey: cloud.apiKey, baseUrl: cloud.baseUrl }, `neon:index:${type}`);

const changing = (requests: string[]) => requests.filter((request) => !request.startsWith("GET "));

const text = (recorded: Recorded | undefined, name: string): string => {
  const value = recorded?.outputs[name];
  return String(value instanceof Secret ? value.value : value);
};

/** What an SQL query over a connection answers; the certificate is the embedded cloud's own. */
async function query(uri: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    connectionString: uri.replace("?sslmode=require", ""),
    ssl: { rejectUnauthorized: false },
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** To the second, with no fraction. */
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+/, "");

const finance: ValueMap = {
  name: "finance-dev",
  regionId: "aws-us-east-2",
  pgVersion: 18,
  databaseName: "ledger",
  roleName: "ledger_owner",
  historyRetentionSeconds: 3600,
  defaultEndpointSettings: { autoscalingLimitMinCu: 0.25, autoscalingLimitMaxCu: 1, suspendTimeoutSeconds: 600 },
  settings: { quota: { logicalSizeBytes: 1_000_000_000 }, allowedIps: { ips: ["127.0.0.1"] } },
};

describe("a database of a service", () => {
  let project: Recorded;
  let at: { projectId: string; branchId: string };
  beforeAll(async () => {
    await cloud.sent();
    project = await resource("Project").create(finance);
    at = { projectId: project.id, branchId: text(project, "defaultBranchId") };
  }, 120_000);

  it("takes at most 8 changing requests: project, two roles, database and endpoint, reached as both roles", async () => {
    const role = await resource("Role").create({ ...at, name: "ledger app/é" });
    const sent = changing(await cloud.sent());
    expect(sent).toEqual(["POST /projects", expect.stringMatching(/^POST .*\/roles$/)]);
    expect(sent.length).toBeLessThanOrEqual(8);

    const as = "select current_user as role, current_database() as database";
    const owner = { role: "ledger_owner", database: "ledger" };
    expect(await query(text(project, "connectionUri"), as)).toEqual([owner]);
    expect(await query(text(project, "pooledConnectionUri"), as)).toEqual([owner]);
    const uri = new URL(text(project, "connectionUri"));
    expect([uri.hostname, uri.port]).toEqual([text(project, "host"), text(project, "port")]);
    uri.username = encodeURIComponent("ledger app/é");
    uri.password = encodeURIComponent(text(role, "password"));
    expect(await query(uri.href, as)).toEqual([{ role: "ledger app/é", database: "ledger" }]);

    const read = await resource("Role").read(role);
    expect(read).toEqual({ ...role, inputs: role.inputs });
    const rotated = await resource("Role").update(role, { ...role.inputs, passwordEpoch: 1 });
    expect(text(rotated, "password")).not.toBe(text(role, "password"));
    await expect(query(uri.href, as)).rejects.toThrow(/password authentication failed/);
    uri.password = encodeURIComponent(text(rotated, "password"));
    expect(await query(uri.href, as)).toHaveLength(1);

    const imported = await resource("Role").import(role.id);
    expect(imported?.inputs).toEqual(role.inputs);
    expect(text(imported, "password")).toBe(text(rotated, "password"));
    await resource("Role").delete(rotated);
    expect(await resource("Role").read(rotated)).toBeUndefined();
    await resource("Role").delete(rotated);
  });

  it("is read as it was made, and imported with the arguments that describe it", async () => {
    const read = await resource("Project").read(project);
    expect(read).toEqual({ ...project, inputs: finance });
    expect((await resource("Project").diff(project, finance)).changes).toEqual([]);
    const imported = await resource("Project").import(project.id);
    expect(imported?.inputs).toMatchObject(finance);
    expect(imported?.outputs.connectionUri).toEqual(project.outputs.connectionUri);
    expect(await resource("Project").import("nobody-knows-17")).toBeUndefined();
  });

  it("is changed in place, by nothing but the requests that it takes", async () => {
    const news = {
      ...finance,
      name: "finance-next",
      branchName: "trunk",
      databaseName: "books",
      protected: true,
      historyRetentionSeconds: 7200,
      defaultEndpointSettings: {
        autoscalingLimitMinCu: 0.5,
        autoscalingLimitMaxCu: 2,
        pgSettings: { work_mem: "8MB" },
      },
      settings: { quota: { computeTimeSeconds: 36_000 } },
    };
    await cloud.sent();
    const updated = await resource("Project").update(project, news);
    expect(changing(await cloud.sent())).toEqual([
      `PATCH /projects/${project.id}`,
      `PATCH /projects/${project.id}/endpoints/${text(project, "defaultEndpointId")}`,
      `PATCH /projects/${project.id}/branches/${at.branchId}`,
      `PATCH /projects/${project.id}/branches/${at.branchId}/databases/ledger`,
    ]);
    const { data } = await cloud.client.getProject(project.id);
    expect(data.project).toMatchObject({ name: "finance-next", history_retention_seconds: 7200 });
    // What is no longer given is switched off.
    expect(data.project.settings).toMatchObject({
      quota: { compute_time_seconds: 36_000, logical_size_bytes: 0 },
      allowed_ips: { ips: [] },
    });
    const endpoint = await cloud.client.getProjectEndpoint(project.id, text(project, "defaultEndpointId"));
    expect(endpoint.data.endpoint).toMatchObject({
      autoscaling_limit_max_cu: 2,
      suspend_timeout_seconds: 0,
      settings: { pg_settings: { work_mem: "8MB" } },
    });
    expect(await query(text(updated, "connectionUri"), "select current_database() as database")).toEqual([
      { database: "books" },
    ]);
    expect(await resource("Project").read({ ...updated, inputs: news })).toEqual({ ...updated, inputs: news });

    await cloud.sent();
    await resource("Project").update({ ...updated, inputs: news }, { ...news, allowDataLoss: true });
    expect(changing(await cloud.sent())).toEqual([]);

    const back = await resource("Project").update({ ...updated, inputs: news }, finance);
    expect(await resource("Project").read({ ...back, inputs: finance })).toMatchObject({ inputs: finance });
    project = { ...back, inputs: finance };
  });

  it("shows by a refresh what somebody changed by hand, and is put back", async () => {
    await cloud.client.updateProject(project.id, { project: { name: "by hand" } });
    const read = await resource("Project").read(project);
    expect(read?.inputs).toEqual({ ...finance, name: "by hand" });
    await resource("Project").update(read ?? project, finance);
    expect((await cloud.client.getProject(project.id)).data.project.name).toBe("finance-dev");
  });

  it("has further databases, renamed and given away in place, and deleted only with a permission", async () => {
    const inputs = { ...at, name: "second", ownerName: "ledger_owner" };
    const made = await resource("Database").create(inputs);
    expect(await resource("Database").read(made)).toEqual({ ...made, inputs });
    expect(await resource("Database").import(`${project.id}/${at.branchId}/second`)).toMatchObject({
      id: made.id,
      inputs,
    });
    const news = { ...inputs, name: "third", allowDataLoss: true };
    const updated = { ...(await resource("Database").update(made, news)), inputs: news };
    const uri = new URL(text(project, "connectionUri"));
    uri.pathname = "/third";
    expect(await query(uri.href, "select current_database() as name")).toEqual([{ name: "third" }]);
    await expect(resource("Database").delete(made)).rejects.toThrow("allowDataLoss: true");
    await resource("Database").delete(updated);
    expect(await resource("Database").read(updated)).toBeUndefined();
    await resource("Database").delete(updated);
  });

  it("has branches with endpoints of their own, which go as they came", async () => {
    const uri = text(project, "connectionUri");
    await query(uri, "create table entry as select 42 as amount");
    const inputs = { projectId: project.id, name: "preview-17", expiresAt: inDays(7) };
    const branch = await resource("Branch").create(inputs);
    expect(branch.outputs).toMatchObject({ root: false, default: false, parentId: at.branchId });
    expect(await resource("Branch").read(branch)).toEqual({ ...branch, inputs });
    expect((await resource("Branch").import(`${project.id}/${branch.id}`))?.inputs).toMatchObject({
      projectId: project.id,
      name: "preview-17",
    });

    const writing = { projectId: project.id, branchId: branch.id, type: "read_write", autoscalingLimitMaxCu: 2 };
    const endpoint = await resource("Endpoint").create(writing);
    expect(await resource("Endpoint").read(endpoint)).toEqual({ ...endpoint, inputs: writing });
    expect((await resource("Endpoint").import(`${project.id}/${endpoint.id}`))?.inputs).toMatchObject(writing);
    const reached = new URL(uri);
    reached.port = text(endpoint, "port");
    expect(await query(reached.href, "select amount from entry")).toEqual([{ amount: 42 }]);
    const sized = { ...writing, suspendTimeoutSeconds: 120, autoscalingLimitMaxCu: 1 };
    const resized = { ...(await resource("Endpoint").update(endpoint, sized)), inputs: sized };
    expect(resized.outputs).toMatchObject({
      suspendTimeoutSeconds: 120,
      autoscalingLimitMaxCu: 1,
      port: endpoint.outputs.port,
    });

    const schedule = {
      projectId: project.id,
      branchId: at.branchId,
      schedule: [{ frequency: "daily", hour: 3, retentionSeconds: 86_400 }],
    };
    const scheduled = await resource("SnapshotSchedule").create(schedule);
    expect(await resource("SnapshotSchedule").read(scheduled)).toEqual({ ...scheduled, inputs: schedule });
    expect((await resource("SnapshotSchedule").import(scheduled.id))?.inputs).toEqual(schedule);
    await resource("SnapshotSchedule").delete(scheduled);
    expect(await resource("SnapshotSchedule").read(scheduled)).toBeUndefined();

    const renamed = { ...inputs, name: "preview-18", expiresAt: inDays(14) };
    const updated = { ...(await resource("Branch").update(branch, renamed)), inputs: renamed };
    expect(updated.outputs).toMatchObject(renamed);
    await resource("Endpoint").delete(resized);
    expect(await resource("Endpoint").read(resized)).toBeUndefined();
    await resource("Branch").delete(updated);
    expect(await resource("Branch").read(updated)).toBeUndefined();
    await resource("Branch").delete(updated);
  });

  it("goes, protected or not, when it was recorded as one whose data may go", async () => {
    await expect(resource("Project").delete(project)).rejects.toThrow("The project finance-dev is not deleted");
    const inputs = { ...finance, protected: true, allowDataLoss: true };
    const permitted = { ...(await resource("Project").update(project, inputs)), inputs };
    await resource("Project").delete(permitted);
    expect(await resource("Project").read(permitted)).toBeUndefined();
    await resource("Project").delete(permitted);
  });
});
