import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openApi } from "../../providers/neon/api/open-api.ts";
import { type EmbeddedNeon, embeddedNeon } from "../../providers/neon/testing/embedded-neon.ts";
import { type NeonProject, neonProject } from "./neon-project.ts";

/** What is wrong with an answer; the request is carried out in all but the last case. */
const losses = [
  ["lost", { type: "lost-acknowledgement" }],
  ["cut off", { type: "truncated-body" }],
  ["lost before it began", { type: "reset" }],
] as const;

let cloud: EmbeddedNeon;
let project: NeonProject;
let main: string;
beforeAll(async () => {
  cloud = await embeddedNeon();
  const { data } = await cloud.client.createProject({ project: { name: "books", pg_version: 18 } });
  main = data.branch.id;
  const api = openApi({ apiKey: cloud.apiKey, baseUrl: cloud.baseUrl, retryDelayMs: 5 });
  project = neonProject(api, data.project.id, new AbortController().signal);
}, 120_000);
afterEach(() => cloud.faultless());
afterAll(() => cloud.stop());

const names = async () => (await project.branches()).map(({ name }) => name).sort();
const fail = (path: string, action: { type: string; status?: number }, times = 1) =>
  cloud.fault({ method: "POST", path: `*/${path}`, times, action });

describe.each(losses)("an answer that is %s", (_, action) => {
  const own = (name: string) => `${action.type}-${name}`;

  it("leads to one branch with one endpoint", async () => {
    const before = await names();
    await fail("branches", action);
    const made = await project.create({ name: own("preview") });
    expect(await names()).toEqual([...before, own("preview")].sort());
    expect(await project.endpointOf(made.id)).toMatchObject({ branch_id: made.id });
  });

  it("leads to one endpoint of a branch that has none", async () => {
    const { data } = await cloud.client.createProjectBranch(project.id, { branch: { name: own("bare") } });
    await fail("endpoints", action);
    await project.ensureEndpoint(data.branch.id);
    await project.ensureEndpoint(data.branch.id);
    const { endpoints } = (await cloud.client.listProjectBranchEndpoints(project.id, data.branch.id)).data;
    expect(endpoints).toHaveLength(1);
  });

  it("replaces the data of a branch once, and keeps what it had once", async () => {
    const source = await project.create({ name: own("source"), parentId: main });
    const before = await names();
    await fail("restore", action);
    await project.replaceData(await project.branch(main), source, own("kept"));
    expect(await names()).toEqual([...before, own("kept")].sort());
    expect((await project.branch(main)).id).toBe(main);
  });
});

it("waits for a storm of locks to pass", async () => {
  await fail("branches", { type: "status", status: 423 }, 6);
  await project.create({ name: "after-a-storm" });
  expect((await names()).filter((name) => name === "after-a-storm")).toHaveLength(1);
});

it("refuses a name that is taken, and says which branches there are for one that is not", async () => {
  const branch = (await names())[0] ?? "";
  await expect(project.create({ name: branch })).rejects.toThrow(`There is a branch "${branch}" already.`);
  await expect(project.branch("nowhere")).rejects.toMatchObject({ expected: expect.stringContaining(branch) });
});
