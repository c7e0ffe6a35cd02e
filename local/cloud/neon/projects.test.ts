import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestFleet, type TestFleet } from "./test-fleet.ts";
import { openTestNeon, refusal, type TestNeon } from "./test-neon.ts";

let cloud: TestNeon;
let fleet: TestFleet;
beforeEach(async () => {
  fleet = createTestFleet();
  cloud = await openTestNeon({
    openFleet: () => fleet,
    neonOrganizations: [{ name: "acme", limits: { projects: 3 } }, { name: "other" }, { name: "small", plan: "free" }],
  });
});
afterEach(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

describe("a project", () => {
  it("comes with a default branch, a role, a database, an endpoint and what it takes to connect", async () => {
    const { data, status } = await cloud.client().createProject({ project: { name: "finance" } });
    expect(status).toBe(201);
    expect(data.project).toMatchObject({ name: "finance", region_id: "aws-us-east-2", pg_version: 17 });
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
    expect((await cloud.client().getProjectBranch(data.project.id, data.branch.id)).data.branch.current_state).toBe(
      "ready",
    );
  });
});
