import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RecordingFleet, recordingFleet } from "./testing/recording-fleet.ts";
import { openTestNeon, refusal, type TestNeon } from "./testing/test-neon.ts";

let cloud: TestNeon;
let fleet: RecordingFleet;
beforeEach(async () => {
  fleet = recordingFleet();
  cloud = await openTestNeon({
    openFleet: () => fleet,
    neonOrganizations: [{ name: "acme", limits: { projects: 3 } }, { name: "other" }, { name: "small", plan: "free" }],
  });
});
afterEach(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

const create = async (name: string) => {
  const { data } = await cloud.client().createProject({ project: { name } });
  await cloud.settled();
  return data;
};

describe("a new project", () => {
  it("comes with a default branch, a role, a database, an endpoint and what it takes to connect", async () => {
    const { data, status } = await cloud.client().createProject({ project: { name: "finance" } });
    expect(status).toBe(201);
    expect(data.project).toMatchObject({ name: "finance", region_id: "aws-us-east-2", pg_version: 17 });
    expect(data.project.history_retention_seconds).toBe(86_400);
    expect(data.branch).toMatchObject({ name: "main", default: true, protected: false, current_state: "init" });
    expect(data.branch.id).toMatch(/^br-[a-z]+-[a-z]+-[0-9a-f]{8}$/);
    expect(data.project.id).toMatch(/^[a-z]+-[a-z]+-\d{8}$/);
    expect(data.endpoints).toMatchObject([{ type: "read_write", branch_id: data.branch.id, host: "127.0.0.1" }]);
    expect(data.endpoints[0]?.id).toMatch(/^ep-[a-z]+-[a-z]+-[0-9a-f]{8}$/);
    expect(data.roles).toMatchObject([{ name: "neondb_owner", branch_id: data.branch.id }]);
    expect(data.databases).toMatchObject([{ name: "neondb", owner_name: "neondb_owner" }]);
    const [details] = data.connection_uris;
    const uri = new URL(details?.connection_uri ?? "");
    expect(uri).toMatchObject({ hostname: "127.0.0.1", username: "neondb_owner", pathname: "/neondb" });
    expect(uri.search).toBe("?sslmode=require");
    expect(uri.password).toBe(data.roles[0]?.password);
    expect(data.operations.map(({ action }) => action)).toEqual(["create_timeline", "start_compute"]);
    await cloud.settled();
    expect(fleet.branches.get(data.branch.id)).toMatchObject({
      roles: new Map([["neondb_owner", uri.password]]),
      databases: new Map([["neondb", "neondb_owner"]]),
    });
    const { branch } = (await cloud.client().getProjectBranch(data.project.id, data.branch.id)).data;
    expect(branch).toMatchObject({ current_state: "ready", logical_size: 7_000_000 });
  });

  it("is made as it is asked for", async () => {
    const { data } = await cloud.client().createProject({
      project: {
        name: "ledger",
        region_id: "aws-eu-central-1",
        pg_version: 16,
        history_retention_seconds: 604_800,
        default_endpoint_settings: {
          autoscaling_limit_min_cu: 1,
          autoscaling_limit_max_cu: 4,
          suspend_timeout_seconds: 60,
        },
        settings: { quota: { compute_time_seconds: 3600 }, allowed_ips: { ips: ["10.0.0.1"] } },
        branch: { name: "trunk", role_name: "owner", database_name: "books" },
      },
    });
    expect(data.project).toMatchObject({
      region_id: "aws-eu-central-1",
      pg_version: 16,
      history_retention_seconds: 604_800,
      settings: { quota: { compute_time_seconds: 3600 }, allowed_ips: { ips: ["10.0.0.1"] } },
    });
    expect(data.endpoints[0]).toMatchObject({
      autoscaling_limit_min_cu: 1,
      autoscaling_limit_max_cu: 4,
      suspend_timeout_seconds: 60,
      region_id: "aws-eu-central-1",
    });
    expect(data.branch.name).toBe("trunk");
    expect(data.databases).toMatchObject([{ name: "books", owner_name: "owner" }]);
    expect([...fleet.endpoints.values()]).toMatchObject([{ maxConnections: 1802, suspendAfter: 60, readOnly: false }]);
  });

  it("may have the name of another: Neon's names are not unique", async () => {
    const [one, two] = [await create("same"), await create("same")];
    expect(one.project.id).not.toBe(two.project.id);
  });

  it.each([
    [{ region_id: "azure-eastus2" }, 400, /unknown region_id "azure-eastus2": expected one of aws-us-east-1/],
    [{ name: "x".repeat(257) }, 400, /project\.name: must NOT have more than 256 characters/],
    [{ name: "" }, 400, /project\.name: must NOT have fewer than 1 characters/],
    [{ branch: { role_name: "r".repeat(64) } }, 400, /role name is too long: 64 bytes, at most 63/],
    [{ branch: { database_name: "ä".repeat(32) } }, 400, /database name is too long: 64 bytes, at most 63/],
    [{ branch: { role_name: "neon_superuser" } }, 400, /reserved/],
    [{ history_retention_seconds: 2_592_001 }, 400, /history_retention_seconds: must be <= 2592000/],
    [{ autoscaling_limit_min_cu: 2, autoscaling_limit_max_cu: 1 }, 400, /must not be greater/],
    [{ autoscaling_limit_max_cu: 57 }, 400, /56, the limit of the scale plan/],
    [{ default_endpoint_settings: { suspend_timeout_seconds: 59 } }, 400, /must be -1, 0, or at least 60/],
    [{ org_id: "org-of-somebody-else" }, 404, /organization not found/],
  ])("is refused for %j", async (project, status, message) => {
    const refused = await refusal(cloud.client().createProject({ project }));
    expect(refused).toMatchObject({ status, message: expect.stringMatching(message) });
    expect((await cloud.client().listProjects({})).data.projects).toEqual([]);
    expect(fleet.endpoints.size).toBe(0);
  });

  it("is refused beyond the limit, and by the plan", async () => {
    for (const name of ["a", "b", "c"]) await create(name);
    expect(await refusal(cloud.client().createProject({ project: {} }))).toEqual({
      status: 422,
      code: "PROJECTS_LIMIT_EXCEEDED",
      message: "projects limit of 3 exceeded, got 3",
    });
    expect(fleet.endpoints.size).toBe(3);
    const long = { project: { history_retention_seconds: 86_400 } };
    expect(await refusal(cloud.client("small").createProject(long))).toMatchObject({
      status: 422,
      message: expect.stringMatching(/21600, the limit of the free plan/),
    });
  });
});

describe("projects", () => {
  it("are listed newest first, in pages, and searched by name and id", async () => {
    const ids = [];
    for (const name of ["alpha", "beta", "Alphabet"]) ids.unshift((await create(name)).project.id);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await cloud.client().listProjects({ limit: 2, ...(cursor ? { cursor } : {}) });
      found.push(...data.projects.map(({ id }) => id));
      cursor = data.pagination?.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(ids);
    const names = async (search: string) =>
      (await cloud.client().listProjects({ search })).data.projects.map(({ name }) => name);
    expect(await names("alpha")).toEqual(["Alphabet", "alpha"]);
    expect(await names(ids[1] ?? "")).toEqual(["beta"]);
    expect(await refusal(cloud.client().listProjects({ cursor: "nonsense" }))).toMatchObject({ status: 400 });
  });

  it("are seen with the key of their own organisation only", async () => {
    const { project } = await create("mine");
    const other = cloud.client("other");
    expect((await other.listProjects({})).data.projects).toEqual([]);
    expect(await refusal(other.getProject(project.id))).toMatchObject({ status: 404, message: "project not found" });
    expect(await refusal(other.deleteProject(project.id))).toMatchObject({ status: 404 });
    const organizations = (await other.getCurrentUserOrganizations()).data.organizations;
    expect(organizations).toMatchObject([{ name: "other", plan: "scale" }]);
    expect(await refusal(cloud.client().getOrganization(organizations[0]?.id ?? ""))).toMatchObject({ status: 404 });
    expect((await cloud.client().getCurrentUserInfo()).data).toMatchObject({ projects_limit: 3, branches_limit: 5000 });
  });

  it("change what they are told to, and keep the rest", async () => {
    const { project } = await create("old");
    const settings = { quota: { active_time_seconds: 10 }, enable_logical_replication: true };
    await cloud.client().updateProject(project.id, { project: { settings } });
    const change = { name: "new", settings: { quota: { compute_time_seconds: 20 } } };
    const { data } = await cloud.client().updateProject(project.id, { project: change });
    expect(data.operations).toEqual([]);
    expect(data.project).toMatchObject({
      name: "new",
      settings: { quota: { active_time_seconds: 10, compute_time_seconds: 20 }, enable_logical_replication: true },
    });
    const off = { project: { settings: { enable_logical_replication: false } } };
    expect(await refusal(cloud.client().updateProject(project.id, off))).toMatchObject({ status: 422 });
  });
});

describe("a deleted project", () => {
  const week = 7 * 86_400_000;

  it("can be recovered for a week with its branches and connection strings", async () => {
    const { project, branch, connection_uris, endpoints } = await create("gone");
    await cloud.client().deleteProject(project.id);
    await cloud.settled();
    expect(fleet.endpoints.get(endpoints[0]?.id ?? "")).toMatchObject({
      refuse: expect.stringContaining("not be found"),
    });
    expect(await refusal(cloud.client().getProject(project.id))).toMatchObject({ status: 404 });
    expect((await cloud.client().listProjects({})).data.projects).toEqual([]);
    const recoverable = (await cloud.client().listProjects({ recoverable: true })).data.projects;
    expect(recoverable).toMatchObject([{ id: project.id, deleted_at: expect.any(String) }]);
    await cloud.clock.advance(week - 60_000);
    const recovered = (await cloud.client().recoverProject(project.id)).data;
    expect(recovered.branches).toMatchObject([{ id: branch.id }]);
    expect(fleet.endpoints.get(endpoints[0]?.id ?? "")?.refuse).toBeUndefined();
    const { uri } = (
      await cloud.client().getConnectionUri({
        projectId: project.id,
        database_name: "neondb",
        role_name: "neondb_owner",
      })
    ).data;
    expect(uri).toBe(connection_uris[0]?.connection_uri);
  });

  it("is gone with its data after that week", async () => {
    const { project } = await create("gone");
    await cloud.client().deleteProject(project.id);
    await cloud.settled();
    await cloud.clock.advance(week);
    expect(await refusal(cloud.client().recoverProject(project.id))).toMatchObject({ status: 404 });
    expect((await cloud.client().listProjects({ recoverable: true })).data.projects).toEqual([]);
    expect(fleet.branches.size).toBe(0);
    expect(fleet.endpoints.size).toBe(0);
  });

  it("does not count against the limit, and cannot come back beyond it", async () => {
    const { project } = await create("gone");
    await cloud.client().deleteProject(project.id);
    await cloud.settled();
    for (const name of ["a", "b", "c"]) await create(name);
    expect(await refusal(cloud.client().recoverProject(project.id))).toMatchObject({ code: "PROJECTS_LIMIT_EXCEEDED" });
  });

  it("cannot be one with a protected branch", async () => {
    const { project, branch } = await create("kept");
    await cloud.client().updateProjectBranch(project.id, branch.id, { branch: { protected: true } });
    expect(await refusal(cloud.client().deleteProject(project.id))).toMatchObject({ status: 422 });
  });
});
