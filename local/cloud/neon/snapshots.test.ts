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
  cloud = await openTestNeon({ openFleet: () => fleet });
  client = cloud.client();
  const { data } = await client.createProject({ project: { name: "p" } });
  await cloud.settled();
  projectId = data.project.id;
  main = data.branch.id;
});
afterEach(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

const hour = 3_600_000;
const snapshots = async () => (await client.listSnapshots(projectId)).data.snapshots;
const take = async (query: Partial<Parameters<typeof client.createSnapshot>[0]> = {}) => {
  const { data } = await client.createSnapshot({ projectId, branchId: main, ...query });
  await cloud.settled();
  return data.snapshot;
};
const branches = async () =>
  (await client.listProjectBranches({ projectId, sort_by: "name", sort_order: "asc" })).data.branches;
const inTime = (milliseconds: number) => new Date(cloud.clock.now() + milliseconds).toISOString();

describe("a snapshot", () => {
  it("holds a branch's data, gets another name and goes when it is told to", async () => {
    const snapshot = await take({ name: "before the migration" });
    expect(snapshot).toMatchObject({ name: "before the migration", source_branch_id: main, manual: true });
    expect(await snapshots()).toMatchObject([{ id: snapshot.id, full_size: 7_000_000 }]);
    expect(fleet.branches.get(snapshot.id)?.parent).toEqual({ id: main });
    // It is no branch.
    expect(await branches()).toHaveLength(1);
    const { data } = await client.updateSnapshot(projectId, snapshot.id, { snapshot: { name: "kept" } });
    expect(data.snapshot.name).toBe("kept");
    expect((await client.deleteSnapshot(projectId, snapshot.id)).status).toBe(202);
    await cloud.settled();
    expect(await snapshots()).toEqual([]);
    expect(fleet.branches.has(snapshot.id)).toBe(false);
    expect(await refusal(client.deleteSnapshot(projectId, snapshot.id))).toMatchObject({ status: 404 });
  });

  it("can be of an earlier moment, and can end by itself", async () => {
    const before = inTime(0);
    await cloud.clock.advance(60_000);
    const snapshot = await take({ timestamp: before, expires_at: inTime(hour) });
    expect(snapshot.timestamp).toBe(before);
    expect(fleet.branches.get(snapshot.id)?.parent?.at).toBe(Date.parse(before));
    await cloud.clock.advance(hour + 1);
    expect(await snapshots()).toEqual([]);
    expect(fleet.branches.has(snapshot.id)).toBe(false);
    expect(await refusal(take({ expires_at: before }))).toMatchObject({ status: 400 });
    expect(await refusal(take({ timestamp: before, lsn: "0/0" }))).toMatchObject({ status: 400 });
  });

  it("outlives a restart", async () => {
    const snapshot = await take();
    await cloud.restart();
    client = cloud.client();
    expect(fleet.branches.has(snapshot.id)).toBe(true);
  });
});

describe("a snapshot restored", () => {
  it("is a new branch with the roles and passwords of then", async () => {
    const snapshot = await take();
    await client.resetProjectBranchRolePassword(projectId, main, "neondb_owner");
    await cloud.settled();
    const { data } = await client.restoreSnapshot({ projectId, snapshotId: snapshot.id }, { name: "restored" });
    await cloud.settled();
    expect(data.branch).toMatchObject({ name: "restored", restored_from: snapshot.id, restored_as: main });
    const password = async (id: string) =>
      (await client.getProjectBranchRolePassword(projectId, id, "neondb_owner")).data.password;
    expect(await password(data.branch.id)).not.toBe(await password(main));
    const [endpoint] = (await client.listProjectBranchEndpoints(projectId, main)).data.endpoints;
    expect(endpoint).toBeDefined();
    await client.finalizeRestoreBranch(projectId, data.branch.id, { name: "replaced" });
    await cloud.settled();
    expect(await branches()).toMatchObject([
      { id: data.branch.id, name: "main", default: true, restore_status: "finalized" },
      { id: main, name: "replaced", default: false },
    ]);
    expect(fleet.endpoints.get(endpoint?.id ?? "")?.branchId).toBe(data.branch.id);
    expect(await refusal(client.finalizeRestoreBranch(projectId, data.branch.id, {}))).toMatchObject({ status: 422 });
    expect(await refusal(client.finalizeRestoreBranch(projectId, main, {}))).toMatchObject({ status: 422 });
  });

  it("can take its branch's place at once", async () => {
    const snapshot = await take();
    const { data } = await client.restoreSnapshot({ projectId, snapshotId: snapshot.id }, { finalize_restore: true });
    await cloud.settled();
    expect(data.branch).toMatchObject({ name: "main", default: true });
    expect(data.endpoints).toMatchObject([{ branch_id: data.branch.id }]);
    expect(await branches()).toMatchObject([
      { name: "main" },
      { id: main, name: expect.stringContaining("main (old)") },
    ]);
  });
});

describe("a schedule of snapshots", () => {
  const day = 24 * hour;
  /** Brings the local clock to a moment of the next month, in UTC. */
  async function advanceTo(dayOfMonth: number, hours: number): Promise<number> {
    const now = new Date(cloud.clock.now());
    const target = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, dayOfMonth, hours, 30);
    await cloud.clock.advance(target - cloud.clock.now());
    return target;
  }

  it("is kept as it was set, and refused where it is none", async () => {
    const schedule = [
      { frequency: "daily", hour: 3, retention_seconds: 604_800 },
      { frequency: "weekly", day: 1 },
    ];
    await client.setSnapshotSchedule(projectId, main, { schedule });
    expect((await client.getSnapshotSchedule(projectId, main)).data).toEqual({ schedule });
    const set = (item: object) => client.setSnapshotSchedule(projectId, main, { schedule: [item as never] });
    expect(await refusal(set({ frequency: "fortnightly" }))).toMatchObject({ status: 400 });
    expect(await refusal(set({ frequency: "daily", hour: 24 }))).toMatchObject({ status: 400 });
    expect(await refusal(set({ frequency: "daily", retention_seconds: 60 }))).toMatchObject({ status: 400 });
  });

  it("takes them when the local clock passes, and lets them go in time", async () => {
    await advanceTo(1, 0);
    await client.setSnapshotSchedule(projectId, main, {
      schedule: [{ frequency: "daily", hour: 3, retention_seconds: 2 * 86_400 }],
    });
    await cloud.clock.advance(2 * hour);
    expect(await snapshots()).toEqual([]);
    await cloud.clock.advance(hour);
    const [first] = await snapshots();
    expect(first).toMatchObject({
      source_branch_id: main,
      manual: false,
      timestamp: expect.stringMatching(/-01T03:00:00/),
    });
    expect(fleet.branches.has(first?.id ?? "")).toBe(true);
    for (let days = 0; days < 4; days++) await cloud.clock.advance(day);
    const days = (await snapshots()).map(({ timestamp }) => timestamp?.slice(8, 13));
    expect(days).toEqual(["04T03", "05T03"]);
    expect([...fleet.branches.keys()]).toHaveLength(3);
  });

  it("does not take again what it took before a restart, nor what nobody would keep", async () => {
    await advanceTo(1, 0);
    await client.setSnapshotSchedule(projectId, main, {
      schedule: [
        { frequency: "hourly", retention_seconds: 3 * 3600 },
        { frequency: "monthly", day: 15 },
      ],
    });
    await cloud.clock.advance(2 * hour);
    expect(await snapshots()).toHaveLength(2);
    await cloud.restart();
    client = cloud.client();
    await cloud.clock.advance(0);
    expect(await snapshots()).toHaveLength(2);
    // Of the hundreds of hours, those of the last three are left, and the fifteenth.
    await advanceTo(2, 0);
    expect((await snapshots()).map(({ timestamp }) => timestamp?.slice(8, 13)).sort()).toEqual([
      "01T22",
      "01T23",
      "02T00",
      "15T00",
    ]);
  });
});
