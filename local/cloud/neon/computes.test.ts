import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RecordingFleet, recordingFleet } from "./testing/recording-fleet.ts";
import { openTestNeon, refusal, type TestNeon } from "./testing/test-neon.ts";

let cloud: TestNeon;
let fleet: RecordingFleet;
let client: ReturnType<TestNeon["client"]>;
let projectId: string;
let main: string;
let computeId: string;
beforeEach(async () => {
  fleet = recordingFleet();
  cloud = await openTestNeon({ openFleet: () => fleet });
  client = cloud.client();
  const { data } = await client.createProject({ project: { name: "p" } });
  await cloud.settled();
  projectId = data.project.id;
  main = data.branch.id;
  computeId = data.endpoints[0]?.id ?? "";
});
afterEach(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

const readWrite = "read_write" as never;
const readOnly = "read_only" as never;
const uri = async (query: Partial<Parameters<typeof client.getConnectionUri>[0]> = {}) =>
  (await client.getConnectionUri({ projectId, database_name: "neondb", role_name: "neondb_owner", ...query })).data.uri;

describe("an endpoint", () => {
  it("is one of a kind for writing, and one of many for reading", async () => {
    const writer = { endpoint: { branch_id: main, type: readWrite } };
    expect(await refusal(client.createProjectEndpoint(projectId, writer))).toMatchObject({
      status: 409,
      message: expect.stringContaining("read_write endpoint already exists"),
    });
    for (const name of ["a", "b"]) {
      const { data } = await client.createProjectEndpoint(projectId, {
        endpoint: { branch_id: main, type: readOnly, name },
      });
      expect(data.endpoint).toMatchObject({ name, type: "read_only" });
      await cloud.settled();
    }
    expect((await client.listProjectEndpoints(projectId)).data.endpoints).toHaveLength(3);
    expect((await client.listProjectBranchEndpoints(projectId, main)).data.endpoints).toHaveLength(3);
    expect([...fleet.endpoints.values()].map((endpoint) => endpoint.readOnly)).toEqual([false, true, true]);
  });

  it("starts, is suspended and starts again", async () => {
    const state = async () => (await client.getProjectEndpoint(projectId, computeId)).data.endpoint.current_state;
    expect(await state()).toBe("idle");
    expect((await client.startProjectEndpoint(projectId, computeId)).data.operations).toMatchObject([
      { action: "start_compute" },
    ]);
    await cloud.settled();
    expect(await state()).toBe("active");
    await client.suspendProjectEndpoint(projectId, computeId);
    await cloud.settled();
    expect(await state()).toBe("idle");
    const { operations } = (await client.restartProjectEndpoint(projectId, computeId)).data;
    expect(operations.map(({ action }) => action)).toEqual(["suspend_compute", "start_compute"]);
    await cloud.settled();
    expect(await state()).toBe("active");
  });

  it("changes its size, its sleep and its branch, and can be switched off, with its ports kept", async () => {
    const { branch } = (await client.createProjectBranch(projectId, {})).data;
    await cloud.settled();
    const before = await uri();
    const size = { autoscaling_limit_min_cu: 0.5, autoscaling_limit_max_cu: 2, suspend_timeout_seconds: -1 };
    await client.updateProjectEndpoint(projectId, computeId, { endpoint: size });
    await cloud.settled();
    expect(fleet.endpoints.get(computeId)).toMatchObject({ maxConnections: 901, suspendAfter: 0, branchId: main });
    await client.updateProjectEndpoint(projectId, computeId, { endpoint: { branch_id: branch.id, disabled: true } });
    await cloud.settled();
    expect(fleet.endpoints.get(computeId)).toMatchObject({
      branchId: branch.id,
      refuse: expect.stringContaining("disabled"),
    });
    expect(await refusal(client.startProjectEndpoint(projectId, computeId))).toMatchObject({ status: 422 });
    expect(new URL(await uri({ branch_id: branch.id })).port).toBe(new URL(before).port);
    const wrong = { endpoint: { autoscaling_limit_min_cu: 4 } };
    expect(await refusal(client.updateProjectEndpoint(projectId, computeId, wrong))).toMatchObject({ status: 400 });
  });

  it("is deleted, twice without harm, but not on a protected branch", async () => {
    await client.updateProjectBranch(projectId, main, { branch: { protected: true } });
    expect(await refusal(client.deleteProjectEndpoint(projectId, computeId))).toMatchObject({ status: 422 });
    await client.updateProjectBranch(projectId, main, { branch: { protected: false } });
    expect((await client.deleteProjectEndpoint(projectId, computeId)).data.endpoint.id).toBe(computeId);
    await cloud.settled();
    expect((await client.deleteProjectEndpoint(projectId, computeId)).status).toBe(204);
    expect(fleet.endpoints.size).toBe(0);
    expect(await refusal(client.getProjectEndpoint(projectId, computeId))).toMatchObject({ status: 404 });
    await client.createProjectEndpoint(projectId, { endpoint: { branch_id: main, type: readWrite } });
  });
});

describe("a connection URI", () => {
  it("has the direct port or the pooled one, of the endpoint that is meant", async () => {
    const { data } = await client.createProjectEndpoint(projectId, { endpoint: { branch_id: main, type: readOnly } });
    const port = async (query: Parameters<typeof uri>[0]) => new URL(await uri(query)).port;
    const [direct, pooled, reader] = [
      await port({}),
      await port({ pooled: true }),
      await port({ endpoint_id: data.endpoint.id }),
    ];
    expect(new Set([direct, pooled, reader]).size).toBe(3);
    expect(await port({ branch_id: main })).toBe(direct);
  });

  it("is refused for a role, a database or an endpoint that is not there", async () => {
    expect(await refusal(uri({ role_name: "nobody" }))).toMatchObject({ status: 404, message: "role not found" });
    expect(await refusal(uri({ database_name: "none" }))).toMatchObject({ status: 404, message: "database not found" });
    const { branch } = (await client.createProjectBranch(projectId, {})).data;
    expect(await refusal(uri({ branch_id: branch.id }))).toMatchObject({ status: 404, message: "endpoint not found" });
  });

  it("and a password are not shown again where the project does not store passwords", async () => {
    const { data } = await client.createProject({ project: { store_passwords: false } });
    await cloud.settled();
    expect(data.roles[0]?.password).toMatch(/^npg_/);
    expect(await refusal(uri({ projectId: data.project.id }))).toMatchObject({ status: 412 });
    const reveal = client.getProjectBranchRolePassword(data.project.id, data.branch.id, "neondb_owner");
    expect(await refusal(reveal)).toMatchObject({ status: 412 });
  });
});

describe("a role", () => {
  it("gets a password that can be revealed and reset", async () => {
    const { data } = await client.createProjectBranchRole(projectId, main, { role: { name: "app" } });
    expect(data.operations).toMatchObject([{ action: "apply_config", endpoint_id: computeId }]);
    await cloud.settled();
    const reveal = async () => (await client.getProjectBranchRolePassword(projectId, main, "app")).data.password;
    expect(await reveal()).toBe(data.role.password);
    const reset = (await client.resetProjectBranchRolePassword(projectId, main, "app")).data.role.password;
    await cloud.settled();
    expect(reset).not.toBe(data.role.password);
    expect(await reveal()).toBe(reset);
    expect(fleet.branches.get(main)?.roles.get("app")).toBe(reset);
    const { role } = (await client.getProjectBranchRole(projectId, main, "app")).data;
    expect(role).toEqual(expect.not.objectContaining({ password: expect.anything() }));
  });

  it("has a name of its own, is kept while it owns a database, and is deleted twice without harm", async () => {
    const make = (name: string) => client.createProjectBranchRole(projectId, main, { role: { name } });
    expect(await refusal(make("neondb_owner"))).toMatchObject({
      status: 409,
      message: expect.stringContaining("already exists"),
    });
    expect(await refusal(make("r".repeat(64)))).toMatchObject({ status: 400 });
    expect(await refusal(make(""))).toMatchObject({ status: 400 });
    expect(await refusal(make("pg_reader"))).toMatchObject({ status: 400 });
    expect(await refusal(client.deleteProjectBranchRole(projectId, main, "neondb_owner"))).toMatchObject({
      status: 422,
      message: expect.stringContaining("database neondb"),
    });
    const odd = `o'dd "näme"/..?&%2F`;
    await make(odd);
    await cloud.settled();
    expect((await client.deleteProjectBranchRole(projectId, main, odd)).status).toBe(200);
    await cloud.settled();
    expect((await client.deleteProjectBranchRole(projectId, main, odd)).status).toBe(204);
    expect([...(fleet.branches.get(main)?.roles.keys() ?? [])]).toEqual(["neondb_owner"]);
  });
});

describe("a database", () => {
  it("is made, renamed, given to another owner and deleted", async () => {
    await client.createProjectBranchRole(projectId, main, { role: { name: "app" } });
    await cloud.settled();
    const database = { name: "books", owner_name: "neondb_owner" };
    const { data } = await client.createProjectBranchDatabase(projectId, main, { database });
    await cloud.settled();
    expect(data.database).toMatchObject({ ...database, branch_id: main });
    const change = { database: { name: "ledger", owner_name: "app" } };
    const updated = (await client.updateProjectBranchDatabase(projectId, main, "books", change)).data.database;
    expect(updated).toMatchObject({ id: data.database.id, ...change.database });
    await cloud.settled();
    expect(fleet.branches.get(main)?.databases).toEqual(
      new Map([
        ["neondb", "neondb_owner"],
        ["ledger", "app"],
      ]),
    );
    expect((await client.deleteProjectBranchDatabase(projectId, main, "ledger")).status).toBe(200);
    await cloud.settled();
    expect((await client.deleteProjectBranchDatabase(projectId, main, "ledger")).status).toBe(204);
    expect((await client.listProjectBranchDatabases(projectId, main)).data.databases).toHaveLength(1);
    expect(await refusal(client.getProjectBranchDatabase(projectId, main, "ledger"))).toMatchObject({ status: 404 });
  });

  it("has a name of its own and an owner that exists", async () => {
    const make = (name: string, owner_name = "neondb_owner") =>
      client.createProjectBranchDatabase(projectId, main, { database: { name, owner_name } });
    expect(await refusal(make("neondb"))).toMatchObject({ status: 409 });
    expect(await refusal(make("books", "nobody"))).toMatchObject({ status: 404, message: "role not found" });
    expect(await refusal(make("d".repeat(64)))).toMatchObject({ status: 400 });
    expect(await refusal(make("template1"))).toMatchObject({ status: 400 });
    await make("books");
    await cloud.settled();
    const change = { database: { name: "books" } };
    expect(await refusal(client.updateProjectBranchDatabase(projectId, main, "neondb", change))).toMatchObject({
      status: 409,
    });
  });
});
