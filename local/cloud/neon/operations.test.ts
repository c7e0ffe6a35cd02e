import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { neonDocument } from "./document.ts";
import { neonHandlers } from "./handlers.ts";
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
  fleet.held = Promise.resolve();
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

/** Holds the fleet up until it is let go. */
function hold(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  fleet.held = promise;
  return () => {
    fleet.held = Promise.resolve();
    resolve();
  };
}
const makeRole = (name: string) => client.createProjectBranchRole(projectId, main, { role: { name } });
const roles = async () => (await client.listProjectBranchRoles(projectId, main)).data.roles.map(({ name }) => name);
const status = async (id = "") => (await client.getProjectOperation(projectId, id)).data.operation.status;
const called = (call: string) => fleet.calls.filter((one) => one.startsWith(call)).length;

async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error("It did not come to that.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("an operation", () => {
  it("is scheduled, runs and finishes", async () => {
    const letGo = hold();
    const { data } = await makeRole("app");
    const [operation] = data.operations;
    expect(operation).toMatchObject({ status: "scheduling", failures_count: 0, branch_id: main });
    await eventually(async () => (await status(operation?.id)) === "running");
    letGo();
    await cloud.settled();
    expect(await status(operation?.id)).toBe("finished");
  });

  it("locks its project, and no other", async () => {
    const letGo = hold();
    await makeRole("app");
    const locked = {
      status: 423,
      message: "project already has running conflicting operations, scheduling of new ones is prohibited",
    };
    expect(await refusal(makeRole("second"))).toMatchObject(locked);
    expect(await refusal(client.createProjectBranch(projectId, {}))).toMatchObject(locked);
    expect(await refusal(client.deleteProject(projectId))).toMatchObject(locked);
    const endpoints = fleet.endpoints.size;
    const reader = { endpoint: { branch_id: main, type: "read_only" as never } };
    expect(await refusal(client.createProjectEndpoint(projectId, reader))).toMatchObject(locked);
    // What was refused left nothing behind.
    expect(await roles()).toEqual(["neondb_owner", "app"]);
    expect(fleet.endpoints.size).toBe(endpoints);
    // What needs no operation goes on, and so do other projects.
    await client.updateProject(projectId, { project: { name: "renamed" } });
    await client.createProject({ project: { name: "another" } });
    letGo();
    await cloud.settled();
    await makeRole("second");
  });

  it("that fails is tried again, and reports how often", async () => {
    let failures = 2;
    fleet.check = (call) => {
      if (call.startsWith("createRole") && failures-- > 0) throw new Error("not now");
    };
    const { data } = await makeRole("app");
    await cloud.settled();
    const { operation } = (await client.getProjectOperation(projectId, data.operations[0]?.id ?? "")).data;
    expect(operation).toMatchObject({ status: "finished", failures_count: 2 });
    expect(operation.error).toBeUndefined();
    expect(called(`createRole ${main} app`)).toBe(3);
  });

  it("is listed with the others, newest first, in pages", async () => {
    for (const name of ["a", "b"]) {
      await makeRole(name);
      await cloud.settled();
    }
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await client.listProjectOperations({ projectId, limit: 3, ...(cursor ? { cursor } : {}) });
      found.push(...data.operations.map(({ action }) => action));
      cursor = data.pagination?.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(["apply_config", "apply_config", "start_compute", "create_timeline"]);
    const unknown = client.getProjectOperation(projectId, randomUUID());
    expect(await refusal(unknown)).toMatchObject({ status: 404 });
  });
});

describe("a daemon that is killed", () => {
  it("has everything that was answered, and goes on with what was under way", async () => {
    const letGo = hold();
    const { data } = await makeRole("app");
    await eventually(async () => (await status(data.operations[0]?.id)) === "running");
    // Its fleet never answers; the next one does.
    const before = fleet;
    fleet = recordingFleet();
    for (const [id, branch] of before.branches) fleet.branches.set(id, branch);
    const stopping = cloud.restart();
    letGo();
    before.held = Promise.resolve();
    await stopping;
    client = cloud.client();
    await cloud.settled();
    expect(await status(data.operations[0]?.id)).toBe("finished");
    expect(fleet.branches.get(main)?.roles.get("app")).toBe(data.role.password);
    expect(fleet.endpoints.size).toBe(1);
    expect(await refusal(client.createProjectBranch(projectId, { branch: { name: "main" } }))).toMatchObject({
      status: 409,
    });
  });

  it("forgets data that belongs to nothing", async () => {
    fleet.branches.set("br-left-behind-00000000", { schemaOnly: false, roles: new Map(), databases: new Map() });
    await cloud.restart();
    expect([...fleet.branches.keys()]).toEqual([main]);
  });
});

describe("faults", () => {
  const rule = (method: string, path: string, action: object, more: object = {}) =>
    cloud.faults.add({ method, path, times: 1, action: action as never, ...more });

  it("answer with a status in Neon's shape, once as often as they are told to", async () => {
    rule("POST", "/api/v2/projects/*/roles", { type: "status", status: 423 });
    rule("POST", "/api/v2/projects/*/roles", { type: "status", status: 429, retryAfter: 2 });
    expect(await refusal(makeRole("app"))).toMatchObject({
      status: 423,
      code: "",
      message: "A fault rule answers 423.",
    });
    const limited = await fetch(`${cloud.baseUrl}/projects/${projectId}/branches/${main}/roles`, {
      method: "POST",
      headers: { authorization: `Bearer ${cloud.keys.acme}` },
    });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "2"]);
    expect(await limited.json()).toMatchObject({ code: "", request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((await makeRole("app")).status).toBe(201);
  });

  it("lose an acknowledgement of what was done", async () => {
    rule("POST", "/api/v2/projects", { type: "lost-acknowledgement" });
    await expect(client.createProject({ project: { name: "lost" } })).rejects.toThrow();
    await cloud.settled();
    const found = (await client.listProjects({ search: "lost" })).data.projects;
    expect(found.map(({ name }) => name)).toEqual(["lost"]);
  });
});

describe("the API's edge", () => {
  const call = (method: string, path: string, body?: string, key = cloud.keys.acme) =>
    fetch(`${cloud.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });

  it("wants a key that is good", async () => {
    for (const key of ["", "nonsense", cloud.admin]) {
      const answer = await call("GET", "/projects", undefined, key);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: "", message: expect.stringContaining("authentication") });
    }
  });

  it.each(["nonsense", '{"project":', "null", "[]", "7", '{"project":7}', '{"project":{"name":{}}}', "{}"])(
    "refuses the body %s with all that is wrong, and does not quote it",
    async (body) => {
      const answer = await call("POST", "/projects", body);
      expect(answer.status).toBe(400);
      const { message } = (await answer.json()) as { message: string };
      expect(message).not.toBe("");
      expect(message).not.toContain("nonsense");
    },
  );

  it("names every problem of a body", async () => {
    const answer = await call("POST", "/projects", '{"project":{"name":"","pg_version":3}}');
    expect(((await answer.json()) as { message: string }).message).toMatch(/project\.name: .*; project\.pg_version: /);
  });

  it("answers 501 to what Neon has and it has not, and says what that was", async () => {
    expect((await call("GET", `/projects/${projectId}/jwks`)).status).toBe(501);
    expect((await call("GET", "/nothing/of/the/kind")).status).toBe(501);
    const { origin } = new URL(cloud.baseUrl);
    const local = async (path: string) =>
      (await fetch(`${origin}/_local/${path}`, { headers: { authorization: `Bearer ${cloud.admin}` } })).json();
    expect(await local("unknown")).toEqual({
      unknown: expect.arrayContaining([{ request: `GET /api/v2/projects/${projectId}/jwks`, times: 1 }]),
    });
    expect(((await local("routes")) as { routes: unknown[] }).routes).toContainEqual({
      method: "POST",
      path: "/api/v2/projects/{project_id}/branches",
      provenance: "specification",
    });
    expect(await local("state")).toMatchObject({
      neon: {
        pooler: "alias",
        organizations: [{ name: "acme", projects: [{ id: projectId, name: "p" }] }, { name: "other" }],
      },
    });
  });

  it("logs requests without keys and passwords", async () => {
    const { data } = await makeRole("app");
    await cloud.settled();
    await client.getConnectionUri({ projectId, database_name: "neondb", role_name: "app", pooled: true });
    await client.getProjectBranchRolePassword(projectId, main, "app");
    await refusal(makeRole("app"));
    const entries = cloud.requestLog.entries();
    expect(entries.at(-1)).toMatchObject({
      account: "acme",
      route: "/api/v2/projects/{project_id}/branches/{branch_id}/roles",
      status: 409,
      body: { role: { name: "app" } },
      errors: [{ code: "", message: expect.stringContaining("role already exists") }],
    });
    const everything = JSON.stringify([entries, cloud.logged, cloud.neon.summary()]);
    expect(data.role.password).toMatch(/^npg_/);
    for (const secret of [data.role.password ?? "", ...Object.values(cloud.keys)])
      expect(everything).not.toContain(secret);
  });
});

describe("every route with a body", () => {
  const junk = [
    "",
    "null",
    "7",
    "[]",
    "[null]",
    "{}",
    '{"a":[[]]}',
    '{"project":7,"branch":[],"endpoint":"x","role":null}',
  ];

  it.each(junk)("refuses or takes %j, and never breaks", async (body) => {
    const api = await neonDocument();
    const broken: string[] = [];
    for (const { method, path, operationId } of api.getOperations()) {
      if (method === "get" || operationId === undefined || neonHandlers[operationId] === undefined) continue;
      const named: Record<string, string> = {
        project_id: projectId,
        branch_id: main,
        role_name: "none",
        database_name: "none",
      };
      const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => named[name] ?? "none");
      // What these need no body for is tested elsewhere, and would end the project.
      if (method === "delete" || path.endsWith("/recover")) continue;
      const answer = await fetch(`${cloud.baseUrl}${url}`, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${cloud.keys.acme}`, "content-type": "application/json" },
        ...(body === "" ? {} : { body }),
      });
      if (answer.status >= 500) broken.push(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      await cloud.settled();
    }
    expect(broken).toEqual([]);
  });
});
