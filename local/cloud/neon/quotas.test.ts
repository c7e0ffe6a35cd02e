import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RecordingFleet, recordingFleet } from "./testing/recording-fleet.ts";
import { openTestNeon, refusal, type TestNeon } from "./testing/test-neon.ts";

let cloud: TestNeon;
let fleet: RecordingFleet;
let client: ReturnType<TestNeon["client"]>;
beforeEach(async () => {
  fleet = recordingFleet();
  cloud = await openTestNeon({
    openFleet: () => fleet,
    neonOrganizations: [{ name: "acme" }, { name: "small", plan: "free" }],
  });
  client = cloud.client();
});
afterEach(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

const hour = 3_600_000;

/** A project whose compute, of half a unit, runs. */
async function running(quota: object = {}, connections = 1) {
  const size = { autoscaling_limit_min_cu: 0.5, autoscaling_limit_max_cu: 1, suspend_timeout_seconds: 600 };
  const { data } = await client.createProject({ project: { default_endpoint_settings: size, settings: { quota } } });
  await cloud.settled();
  const endpointId = data.endpoints[0]?.id ?? "";
  await client.startProjectEndpoint(data.project.id, endpointId);
  await cloud.settled();
  const now = Date.now();
  Object.assign(fleet.endpoints.get(endpointId) ?? {}, { connections, startedAt: now, lastActive: now });
  return { projectId: data.project.id, branchId: data.branch.id, endpointId };
}
const usage = async (projectId: string) => {
  const { project } = (await client.getProject(projectId)).data;
  return { active: project.active_time_seconds, compute: project.compute_time_seconds };
};
const near = (seconds: number) => expect.closeTo(seconds, -1);

describe("the use of a compute", () => {
  it("counts while somebody is connected, by the local clock and the size", async () => {
    const { projectId, branchId } = await running();
    await cloud.clock.advance(hour);
    expect(await usage(projectId)).toEqual({ active: near(3600), compute: near(1800) });
    const { branch } = (await client.getProjectBranch(projectId, branchId)).data;
    expect(branch.active_time_seconds).toEqual(near(3600));
  });

  it("ends with its suspension, which the clock can jump over", async () => {
    const { projectId, endpointId } = await running({}, 0);
    await cloud.clock.advance(hour);
    expect(await usage(projectId)).toEqual({ active: near(600), compute: near(300) });
    expect(fleet.endpoints.get(endpointId)?.active).toBe(false);
    await cloud.clock.advance(hour);
    expect(await usage(projectId)).toEqual({ active: near(600), compute: near(300) });
  });

  it("begins anew with each month", async () => {
    const { projectId } = await running();
    await cloud.clock.advance(hour);
    fleet.endpoints.forEach((endpoint) => {
      endpoint.connections = 0;
      endpoint.active = false;
    });
    await cloud.clock.advance(40 * 24 * hour);
    expect(await usage(projectId)).toEqual({ active: 0, compute: 0 });
  });
});

describe.each([
  ["active_time_seconds", 3000, "active time"],
  ["compute_time_seconds", 1500, "compute time"],
])("a quota of %s", (name, seconds, words) => {
  it("that is used up stops the computes, until it is raised", async () => {
    const { projectId, endpointId } = await running({ [name]: seconds });
    await cloud.clock.advance(hour / 2);
    expect(fleet.endpoints.get(endpointId)).toMatchObject({ active: true });
    await cloud.clock.advance(hour / 2);
    const refuse = expect.stringContaining(`exceeded the ${words} quota`);
    expect(fleet.endpoints.get(endpointId)).toMatchObject({ active: false, refuse });
    // As Neon does, it says so with the status of a lock, which waiting does not open.
    const start = client.startProjectEndpoint(projectId, endpointId);
    expect(await refusal(start)).toMatchObject({ status: 423, message: refuse });
    // A restart does not give anything back.
    await cloud.restart();
    client = cloud.client();
    expect(fleet.endpoints.get(endpointId)).toMatchObject({ refuse });
    await client.updateProject(projectId, { project: { settings: { quota: { [name]: 4 * seconds } } } });
    await cloud.settled();
    expect(fleet.endpoints.get(endpointId)?.refuse).toBeUndefined();
    await client.startProjectEndpoint(projectId, endpointId);
  });
});

describe("the history of consumption", () => {
  const query = (organization: string, more: object = {}) => ({
    from: new Date(cloud.clock.now() - 6 * hour).toISOString(),
    to: new Date(cloud.clock.now() + hour).toISOString(),
    granularity: "hourly" as never,
    org_id: organization,
    metrics: ["compute_unit_seconds"] as never,
    ...more,
  });
  const organization = async (name = "acme") =>
    (await cloud.client(name).getCurrentUserOrganizations()).data.organizations[0]?.id ?? "";

  it("tells the compute time of each project by the hour or the day", async () => {
    const { projectId } = await running();
    await cloud.clock.advance(2 * hour);
    const id = await organization();
    const { data } = await client.getConsumptionHistoryPerProjectV2(query(id));
    expect(data.projects.map((project) => project.project_id)).toEqual([projectId]);
    const frames = data.projects[0]?.periods[0]?.consumption ?? [];
    const total = frames.reduce((sum, { metrics }) => sum + (metrics?.[0]?.value ?? 0), 0);
    expect(frames.length).toBeGreaterThan(1);
    expect(total).toEqual(near(3600));
    const days = await client.getConsumptionHistoryPerProjectV2(query(id, { granularity: "daily" }));
    expect(days.data.projects[0]?.periods[0]?.consumption[0]?.timeframe_start).toMatch(/T00:00:00/);
  });

  it("is refused on the free plan, of another organisation, and beyond its reach", async () => {
    const own = await organization();
    const small = cloud.client("small");
    const free = small.getConsumptionHistoryPerProjectV2(query(await organization("small")));
    expect(await refusal(free)).toMatchObject({ status: 403 });
    expect(await refusal(small.getConsumptionHistoryPerProjectV2(query(own)))).toMatchObject({ status: 404 });
    const early = query(own, { from: new Date(cloud.clock.now() - 9 * 24 * hour).toISOString() });
    expect(await refusal(client.getConsumptionHistoryPerProjectV2(early))).toMatchObject({ status: 406 });
  });
});
