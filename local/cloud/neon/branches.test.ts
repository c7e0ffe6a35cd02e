import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RecordingFleet, recordingFleet } from "./testing/recording-fleet.ts";
import { openTestNeon, refusal, type TestNeon } from "./testing/test-neon.ts";

let cloud: TestNeon;
let fleet: RecordingFleet;
let client: ReturnType<TestNeon["client"]>;
let projectId: string;
let main: string;
beforeEach(async () => {
  fleet = recordingFleet();
  cloud = await openTestNeon({
    openFleet: () => fleet,
    neonOrganizations: [{ name: "acme", limits: { branches: 5 } }],
  });
  client = cloud.client();
  const { data } = await client.createProject({ project: { name: "p", history_retention_seconds: 604_800 } });
  await cloud.settled();
  projectId = data.project.id;
  main = data.branch.id;
});
afterEach(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

type BranchRequest = Parameters<typeof client.createProjectBranch>[1];
const branch = async (asked: BranchRequest = {}) => {
  const { data } = await client.createProjectBranch(projectId, asked);
  await cloud.settled();
  return data;
};
const shown = async (id: string) => (await client.getProjectBranch(projectId, id)).data.branch;
const names = async (query: object = {}) =>
  (await client.listProjectBranches({ projectId, ...query })).data.branches.map(({ name }) => name);
const password = async (id: string) =>
  (await client.getProjectBranchRolePassword(projectId, id, "neondb_owner")).data.password;

describe("a new branch", () => {
  it("has the data, roles and databases of the default branch, and no endpoint", async () => {
    const data = await branch();
    expect(data.branch).toMatchObject({
      name: data.branch.id,
      parent_id: main,
      default: false,
      init_source: "parent-data",
    });
    expect(data.endpoints).toEqual([]);
    expect(data.connection_uris).toBeUndefined();
    expect(data.roles.map(({ name }) => name)).toEqual(["neondb_owner"]);
    expect(data.databases).toMatchObject([{ name: "neondb", branch_id: data.branch.id }]);
    expect(fleet.branches.get(data.branch.id)?.parent).toEqual({ id: main });
    expect(await password(data.branch.id)).toBe(await password(main));
  });

  it("has the endpoints that are asked for and says how to connect", async () => {
    const endpoints = [{ type: "read_write" as never }, { type: "read_only" as never, autoscaling_limit_max_cu: 1 }];
    const data = await branch({ branch: { name: "dev" }, endpoints });
    expect(data.endpoints.map(({ type }) => type)).toEqual(["read_write", "read_only"]);
    expect(data.operations.map(({ action }) => action)).toEqual(["create_branch", "start_compute", "start_compute"]);
    expect(data.connection_uris?.[0]?.connection_uri).toMatch(
      /^postgresql:\/\/neondb_owner:npg_.*\/neondb\?sslmode=require$/,
    );
    const two = [{ type: "read_write" as never }, { type: "read_write" as never }];
    expect(await refusal(client.createProjectBranch(projectId, { endpoints: two }))).toMatchObject({ status: 400 });
  });

  it("can be made from a moment of its parent's history", async () => {
    const before = new Date(cloud.clock.now()).toISOString();
    await client.createProjectBranchRole(projectId, main, { role: { name: "later" } });
    await cloud.settled();
    await cloud.clock.advance(3_600_000);
    const data = await branch({ branch: { parent_timestamp: before } });
    expect(data.branch.parent_timestamp).toBe(before);
    expect(data.roles.map(({ name }) => name)).toEqual(["neondb_owner"]);
    // Postgres keeps its history by real time: the hour that the clock was advanced by is none of its.
    expect(fleet.branches.get(data.branch.id)?.parent?.at).toBe(Date.parse(before));
    // The LSN that a branch shows names the same moment.
    const again = await branch({ branch: { parent_lsn: data.branch.parent_lsn ?? "" } });
    expect(again.branch.parent_timestamp).toBe(before);
  });

  it.each([
    ["parent_timestamp", () => new Date(cloud.clock.now() + 60_000).toISOString(), /in the future/],
    ["parent_timestamp", () => "2020-01-01T00:00:00Z", /outside the history/],
    ["parent_timestamp", () => "yesterday", /branch\.parent_timestamp: must match format "date-time"/],
    ["parent_lsn", () => "nonsense", /invalid LSN "nonsense"/],
    ["parent_lsn", () => "0/1DE2850", /outside the history/],
    ["init_source", () => "nothing", /unknown init_source "nothing"/],
    ["name", () => "x".repeat(257), /branch\.name: must NOT have more than 256 characters/],
    ["expires_at", () => "2020-01-01T00:00:00Z", /expires_at must be in the future/],
  ])("is refused for such a %s", async (field, value, message) => {
    expect(await refusal(client.createProjectBranch(projectId, { branch: { [field]: value() } }))).toMatchObject({
      status: 400,
      message: expect.stringMatching(message),
    });
    expect(await names()).toEqual(["main"]);
  });

  it("cannot reach beyond what the project keeps of its history", async () => {
    const early = new Date(cloud.clock.now()).toISOString();
    await cloud.clock.advance(604_800_000 + 60_000);
    const asked = { branch: { parent_timestamp: early } };
    expect(await refusal(client.createProjectBranch(projectId, asked))).toMatchObject({ status: 400 });
  });

  it("with the schema only is a root branch", async () => {
    const data = await branch({ branch: { init_source: "schema-only", parent_id: main } });
    expect(data.branch).toMatchObject({ init_source: "schema-only" });
    expect(data.branch.parent_id).toBeUndefined();
    expect(fleet.branches.get(data.branch.id)).toMatchObject({ schemaOnly: true });
    await client.deleteProjectBranch({ projectId, branchId: data.branch.id });
  });

  it("is refused with a name that is taken, of an unknown parent, and beyond the limit", async () => {
    await branch({ branch: { name: "dev" } });
    expect(await refusal(client.createProjectBranch(projectId, { branch: { name: "dev" } }))).toMatchObject({
      status: 409,
      message: expect.stringContaining("branch already exists"),
    });
    const orphan = { branch: { parent_id: "br-none-none-00000000" } };
    expect(await refusal(client.createProjectBranch(projectId, orphan))).toMatchObject({ status: 404 });
    for (let count = 0; count < 3; count++) await branch();
    expect(await refusal(client.createProjectBranch(projectId, {}))).toMatchObject({
      status: 422,
      code: "BRANCHES_LIMIT_EXCEEDED",
    });
  });

  it("of a protected branch has other passwords than its parent", async () => {
    await client.updateProjectBranch(projectId, main, { branch: { protected: true } });
    const data = await branch();
    const own = await password(data.branch.id);
    expect(own).not.toBe(await password(main));
    expect(fleet.branches.get(data.branch.id)?.roles.get("neondb_owner")).toBe(own);
    expect(fleet.branches.get(main)?.roles.get("neondb_owner")).toBe(await password(main));
  });
});

describe("branches", () => {
  it("are listed in the order that is asked for, in pages, counted and searched", async () => {
    for (const name of ["b", "a", "c"]) {
      await branch({ branch: { name }, annotation_value: { ref: name } });
      await cloud.clock.advance(1000);
    }
    expect(await names()).toEqual(["c", "a", "b", "main"]);
    expect(await names({ sort_by: "name", sort_order: "asc" })).toEqual(["a", "b", "c", "main"]);
    const { data } = await client.listProjectBranches({ projectId, sort_by: "name", sort_order: "asc", limit: 3 });
    expect(data.branches.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(data.annotations[data.branches[0]?.id ?? ""]?.value).toEqual({ ref: "a" });
    const rest = await names({ sort_by: "name", sort_order: "asc", cursor: data.pagination?.next });
    expect(rest).toEqual(["main"]);
    expect(await names({ search: "mai" })).toEqual(["main"]);
    expect((await client.countProjectBranches({ projectId })).data.count).toBe(4);
  });

  it("change their name and default, and keep names apart", async () => {
    const { branch: dev } = await branch({ branch: { name: "dev" } });
    const taken = { branch: { name: "main" } };
    expect(await refusal(client.updateProjectBranch(projectId, dev.id, taken))).toMatchObject({ status: 409 });
    const { data } = await client.updateProjectBranch(projectId, dev.id, { branch: { name: "next" } });
    expect(data).toMatchObject({ branch: { name: "next" }, operations: [] });
    await client.setDefaultProjectBranch(projectId, dev.id);
    expect([(await shown(dev.id)).default, (await shown(main)).default]).toEqual([true, false]);
    // It is where new branches come from now.
    expect((await branch()).branch.parent_id).toBe(dev.id);
  });

  it("are not deleted while they are the default, the root, protected, or have children", async () => {
    const { branch: dev } = await branch({ branch: { name: "dev" } });
    const { branch: leaf } = await branch({ branch: { parent_id: dev.id } });
    const reason = async (id: string) =>
      (await refusal(client.deleteProjectBranch({ projectId, branchId: id }))).message;
    expect(await reason(main)).toBe("cannot delete the default branch");
    expect(await reason(dev.id)).toBe("cannot delete branch that has children");
    await client.updateProjectBranch(projectId, leaf.id, { branch: { protected: true } });
    expect(await reason(leaf.id)).toBe("cannot delete protected branch");
    await client.updateProjectBranch(projectId, leaf.id, { branch: { protected: false } });
    await client.deleteProjectBranch({ projectId, branchId: leaf.id });
    await cloud.settled();
    await client.setDefaultProjectBranch(projectId, dev.id);
    expect(await reason(main)).toBe("cannot delete branch that has children");
    expect(fleet.branches.size).toBe(2);
  });

  it("take their endpoints with them, and are deleted twice without harm", async () => {
    const { branch: dev } = await branch({ endpoints: [{ type: "read_write" as never }] });
    const { data } = await client.deleteProjectBranch({ projectId, branchId: dev.id });
    expect(data.operations.map(({ action }) => action)).toEqual(["suspend_compute", "delete_timeline"]);
    await cloud.settled();
    expect(fleet.endpoints.size).toBe(1);
    expect(fleet.branches.has(dev.id)).toBe(false);
    expect((await client.deleteProjectBranch({ projectId, branchId: dev.id })).status).toBe(204);
    expect(await refusal(client.getProjectBranch(projectId, dev.id))).toMatchObject({ status: 404 });
  });

  it("end by themselves when their time has come by the local clock, unless that was taken back", async () => {
    const soon = new Date(cloud.clock.now() + 3_600_000).toISOString();
    const { branch: dev } = await branch({ branch: { name: "dev", expires_at: soon } });
    const { branch: kept } = await branch({ branch: { name: "kept", expires_at: soon } });
    expect(dev).toMatchObject({ expires_at: soon, ttl_interval_seconds: 3600 });
    await client.updateProjectBranch(projectId, kept.id, { branch: { expires_at: null } });
    expect(await refusal(client.setDefaultProjectBranch(projectId, dev.id))).toMatchObject({ status: 422 });
    const asked = { branch: { protected: true } };
    expect(await refusal(client.updateProjectBranch(projectId, dev.id, asked))).toMatchObject({ status: 422 });
    await cloud.clock.advance(3_600_001);
    expect((await names()).sort()).toEqual(["kept", "main"]);
    expect(fleet.branches.has(dev.id)).toBe(false);
  });
});

describe("restoring a branch", () => {
  const restore = async (id: string, asked: Parameters<typeof client.restoreProjectBranch>[2]) => {
    const { data } = await client.restoreProjectBranch(projectId, id, asked);
    await cloud.settled();
    return data;
  };

  it("from itself keeps what it had under another name, which is its parent from then on", async () => {
    const { branch: child } = await branch({ branch: { name: "child" } });
    const before = new Date(cloud.clock.now()).toISOString();
    await client.createProjectBranchRole(projectId, main, { role: { name: "later" } });
    await cloud.settled();
    const data = await restore(main, { source_branch_id: main, source_timestamp: before, preserve_under_name: "was" });
    expect(data.branch).toMatchObject({ id: main, name: "main", default: true, current_state: "resetting" });
    const { data: list } = await client.listProjectBranches({ projectId });
    const was = list.branches.find(({ name }) => name === "was");
    expect(await shown(main)).toMatchObject({
      parent_id: was?.id,
      current_state: "ready",
      last_reset_at: expect.any(String),
    });
    expect(await shown(child.id)).toMatchObject({ parent_id: was?.id });
    const roles = async (id: string) =>
      (await client.listProjectBranchRoles(projectId, id)).data.roles.map(({ name }) => name);
    expect(await roles(main)).toEqual(["neondb_owner"]);
    expect(await roles(was?.id ?? "")).toEqual(["neondb_owner", "later"]);
    // The endpoint of the branch leads to its new data.
    const served = [...fleet.endpoints.values()][0]?.branchId ?? "";
    expect(fleet.branches.get(served)?.parent).toEqual({ id: main, at: Date.parse(before) });
    expect(await refusal(client.deleteProjectBranch({ projectId, branchId: was?.id ?? "" }))).toMatchObject({
      status: 422,
    });
  });

  it("from its parent takes the parent's data, and what it had is gone", async () => {
    const { branch: dev } = await branch({ branch: { name: "dev" }, endpoints: [{ type: "read_write" as never }] });
    await client.createProjectBranchRole(projectId, main, { role: { name: "newer" } });
    await cloud.settled();
    await restore(dev.id, { source_branch_id: main });
    expect((await client.listProjectBranchRoles(projectId, dev.id)).data.roles.map(({ name }) => name)).toContain(
      "newer",
    );
    expect((await names()).sort()).toEqual(["dev", "main"]);
    expect(fleet.branches.size).toBe(2);
    expect(fleet.branches.has(dev.id)).toBe(false);
    await client.deleteProjectBranch({ projectId, branchId: dev.id });
    await cloud.settled();
    expect([...fleet.branches.keys()]).toEqual([main]);
  });

  it("needs a moment and a name to keep what there was where Neon does", async () => {
    const now = new Date(cloud.clock.now()).toISOString();
    const { branch: dev } = await branch({ branch: { name: "dev" } });
    await branch({ branch: { name: "grandchild", parent_id: dev.id } });
    const reason = async (id: string, asked: Parameters<typeof client.restoreProjectBranch>[2]) =>
      (await refusal(client.restoreProjectBranch(projectId, id, asked))).message;
    expect(await reason(main, { source_branch_id: main })).toMatch(/source_lsn or source_timestamp is required/);
    expect(await reason(main, { source_branch_id: main, source_timestamp: now })).toMatch(/preserve_under_name/);
    expect(await reason(dev.id, { source_branch_id: main })).toMatch(/preserve_under_name.*has children/);
    const taken = { source_branch_id: main, preserve_under_name: "main" };
    expect(await refusal(client.restoreProjectBranch(projectId, dev.id, taken))).toMatchObject({ status: 409 });
    await client.updateProjectBranch(projectId, dev.id, { branch: { protected: true } });
    expect(await reason(dev.id, { source_branch_id: main, preserve_under_name: "x" })).toMatch(
      /cannot reset protected/,
    );
  });

  it("that cannot be done leaves the branch as it was", async () => {
    const { branch: dev } = await branch({ branch: { name: "dev" }, endpoints: [{ type: "read_write" as never }] });
    fleet.check = (call) => {
      if (call.startsWith("createBranch")) throw new Error("the history is gone");
    };
    const { operations } = await restore(dev.id, { source_branch_id: main, preserve_under_name: "was" });
    const { operation } = (await client.getProjectOperation(projectId, operations[0]?.id ?? "")).data;
    expect(operation).toMatchObject({ status: "failed", failures_count: 3, error: "the history is gone" });
    const last = (await client.getProjectOperation(projectId, operations[1]?.id ?? "")).data.operation;
    expect(last.status).toBe("cancelled");
    expect(await shown(dev.id)).toMatchObject({ current_state: "ready", parent_id: main });
    expect((await names()).sort()).toEqual(["dev", "main"]);
    expect(fleet.branches.has(dev.id)).toBe(true);
  });
});
