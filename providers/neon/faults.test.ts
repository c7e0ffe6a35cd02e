import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { InitFailed, Provider } from "../kit/provider.ts";
import type { Recorded } from "../kit/recorded.ts";
import { Secret, type ValueMap } from "../kit/value.ts";
import { operate } from "../testing/operate.ts";
import { neon } from "./provider.ts";
import { type EmbeddedNeon, embeddedNeon } from "./testing/embedded-neon.ts";

/** How many projects the tests here may make. */
const projectLimit = 9;

let cloud: EmbeddedNeon;
beforeAll(async () => {
  cloud = await embeddedNeon({ limits: { projects: projectLimit } });
}, 120_000);
afterEach(() => cloud.faultless());
afterAll(() => cloud.stop());

const config = () => ({ apiKey: new Secret(cloud.apiKey), baseUrl: cloud.baseUrl });
const definition = () => neon({ retryDelayMs: 5 });
const resource = (type: string) => operate(definition(), config(), `neon:index:${type}`);

const region = { regionId: "aws-us-east-2", pgVersion: 18 };
const projectsNamed = async (name: string) =>
  (await cloud.client.listProjects({ search: name, limit: 100 })).data.projects.filter((found) => found.name === name);

/** What is wrong with an answer; the request is carried out in all but the last case. */
const losses = [
  ["lost", { type: "lost-acknowledgement" }],
  ["cut off", { type: "truncated-body" }],
  ["lost before it began", { type: "reset" }],
] as const;

describe("an answer to the creation of a project", () => {
  it.each(losses)("that is %s leads to one project, complete", async (_, action) => {
    const name = `once-${action.type}`;
    await cloud.fault({ method: "POST", path: "*/projects", times: 1, action });
    const made = await resource("Project").create({ name, ...region, protected: true });
    expect((await projectsNamed(name)).map(({ id }) => id)).toEqual([made.id]);
    const read = await resource("Project").read(made);
    expect(read).toEqual({ ...made, inputs: made.inputs });
    expect(made.outputs.connectionUri).toBeInstanceOf(Secret);
  });

  it("that is lost again and again leads to one project", async () => {
    await cloud.fault({ method: "POST", path: "*/projects", times: 3, action: { type: "reset" } });
    await cloud.fault({ method: "POST", path: "*/projects", times: 1, action: { type: "lost-acknowledgement" } });
    const made = await resource("Project").create({ name: "stubborn", ...region });
    expect((await projectsNamed("stubborn")).map(({ id }) => id)).toEqual([made.id]);
  });
});

describe("in a project", () => {
  let at: { projectId: string; branchId: string };
  let child: string;
  beforeAll(async () => {
    const project = await resource("Project").create({ name: "busy", ...region, databaseName: "d", roleName: "owner" });
    at = { projectId: project.id, branchId: String(project.outputs.defaultBranchId) };
    child = (await resource("Branch").create({ projectId: project.id, name: "child" })).id;
  }, 120_000);

  const kinds: [string, string, (name: string) => ValueMap, () => Promise<string[]>][] = [
    [
      "Role",
      "roles",
      (name) => ({ ...at, name }),
      async () =>
        (await cloud.client.listProjectBranchRoles(at.projectId, at.branchId)).data.roles.map(({ name }) => name),
    ],
    [
      "Database",
      "databases",
      (name) => ({ ...at, name, ownerName: "owner" }),
      async () =>
        (await cloud.client.listProjectBranchDatabases(at.projectId, at.branchId)).data.databases.map(
          ({ name }) => name,
        ),
    ],
    [
      "Branch",
      "branches",
      (name) => ({ projectId: at.projectId, name }),
      async () =>
        (await cloud.client.listProjectBranches({ projectId: at.projectId })).data.branches.map(({ name }) => name),
    ],
    [
      "Endpoint",
      "endpoints",
      (name) => ({ projectId: at.projectId, branchId: child, type: "read_only", name }),
      async () => (await cloud.client.listProjectEndpoints(at.projectId)).data.endpoints.map(({ name = "" }) => name),
    ],
  ];

  describe.each(kinds)("an answer to the creation of a %s", (type, path, inputs, names) => {
    it.each(losses)("that is %s leads to one, complete", async (_, action) => {
      const name = `once-${action.type}`;
      await cloud.fault({ method: "POST", path: `*/${path}`, times: 1, action });
      const made = await resource(type).create(inputs(name));
      expect((await names()).filter((found) => found === name)).toHaveLength(1);
      expect(await resource(type).read(made)).toEqual({ ...made, inputs: made.inputs });
    });

    it("that is a storm of locks is waited out", async () => {
      await cloud.fault({ method: "POST", path: `*/${path}`, times: 6, action: { type: "status", status: 423 } });
      await resource(type).create(inputs("after-a-storm"));
      expect((await names()).filter((found) => found === "after-a-storm")).toHaveLength(1);
    });
  });

  it("takes a password for a role whose answer was lost, where Neon keeps one", async () => {
    await cloud.fault({ method: "POST", path: "*/roles", times: 1, action: { type: "lost-acknowledgement" } });
    const made = await resource("Role").create({ ...at, name: "unheard" });
    const { data } = await cloud.client.getProjectBranchRolePassword(at.projectId, at.branchId, "unheard");
    expect(made.outputs.password).toEqual(new Secret(data.password));
  });

  it("does what many ask for at once, one after the other, so that Neon never has to refuse", async () => {
    await cloud.sent();
    const { create } = resource("Role");
    const made = await Promise.all(Array.from({ length: 4 }, (_, index) => create({ ...at, name: `crowd-${index}` })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(4);
    expect((await cloud.sent()).filter((request) => request.startsWith("POST"))).toHaveLength(4);
  });

  it("says what is taken already and how to take it over, without asking for a second one", async () => {
    await cloud.sent();
    await expect(resource("Project").create({ name: "busy", ...region })).rejects.toThrow(
      `There is a project busy already, and it is not in this stack. Choose another name, or take it over: pulumi import <type> <name> ${at.projectId}`,
    );
    await expect(resource("Role").create({ ...at, name: "owner" })).rejects.toThrow("There is a role owner");
    await expect(resource("Database").create({ ...at, name: "d", ownerName: "owner" })).rejects.toThrow(
      "There is a database d",
    );
    await expect(resource("Branch").create({ projectId: at.projectId, name: "child" })).rejects.toThrow(
      "There is a branch child",
    );
    await expect(resource("Endpoint").create({ ...at, type: "read_write" })).rejects.toThrow(
      "There is a read_write endpoint",
    );
    expect((await cloud.sent()).filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  it("passes on what Neon refuses, with its own words and no second attempt", async () => {
    await cloud.sent();
    const mars = resource("Project").create({ name: "far", regionId: "mars" });
    await expect(mars).rejects.toThrow(/400 to POST \/projects\n.*unknown region_id "mars".*aws-us-east-2/);
    const owned = resource("Role").delete({ id: "x", inputs: {}, outputs: { ...at, name: "owner" } });
    await expect(owned).rejects.toThrow(/owns database d/);
    expect((await cloud.sent()).filter((request) => request.startsWith("POST"))).toHaveLength(1);
  });
});

describe("a project that exists although its creation did not end", () => {
  /** Creates a project and fails on the way; gives what the engine records. */
  async function halfMade(name: string, signal: AbortSignal): Promise<{ recorded: Recorded; error: unknown }> {
    const provider = new Provider(definition());
    provider.configure(config());
    const error: unknown = await provider
      .create("neon:index:Project", { name, ...region, protected: true }, { signal, log: () => {} })
      .catch((reason: unknown) => reason);
    if (!(error instanceof InitFailed)) throw error;
    return { recorded: error.recorded, error };
  }

  it("is recorded when the run is cancelled while it waits, and completed by the next", async () => {
    const cancelled = new AbortController();
    await cloud.fault({ path: "*/operations/*", action: { type: "status", status: 429, retryAfter: 600 } });
    const failing = halfMade("half", cancelled.signal);
    await expect.poll(async () => (await projectsNamed("half")).length, { timeout: 60_000 }).toBe(1);
    cancelled.abort();
    const { recorded } = await failing;
    expect((await projectsNamed("half")).map(({ id }) => id)).toEqual([recorded.id]);
    expect(recorded.outputs.password).toBeInstanceOf(Secret);
    await cloud.faultless();
    const completed = await resource("Project").update(recorded, recorded.inputs);
    expect(completed.outputs).toMatchObject({ protected: true, name: "half" });
    expect(await resource("Project").read(completed)).toEqual({ ...completed, inputs: completed.inputs });
  });

  it("is recorded when Neon refuses what comes after, and the message shows neither key nor password", async () => {
    await cloud.fault({ method: "PATCH", path: "*/branches/*", action: { type: "status", status: 403 } });
    const { recorded, error } = await halfMade("refused", new AbortController().signal);
    const { message } = error as Error;
    expect(message).toMatch(/403 to PATCH/);
    const password = recorded.outputs.password;
    expect(password).toBeInstanceOf(Secret);
    const cause: unknown = (error as Error).cause;
    for (const secret of [cloud.apiKey, String(password instanceof Secret && password.value)]) {
      expect(message).not.toContain(secret);
      expect(inspect(cause instanceof Error ? cause.stack : cause)).not.toContain(secret);
    }
  });
});

it("says which limit is reached, and makes nothing", async () => {
  const { create } = resource("Project");
  const made = (await cloud.client.listProjects({ limit: 100 })).data.projects.length;
  for (let index = made; index < projectLimit; index++) await create({ name: `filler-${index}`, ...region });
  await expect(create({ name: "too-many", ...region })).rejects.toThrow(
    `422 to POST /projects\n  PROJECTS_LIMIT_EXCEEDED: projects limit of ${projectLimit} exceeded`,
  );
  expect(await projectsNamed("too-many")).toEqual([]);
}, 120_000);
