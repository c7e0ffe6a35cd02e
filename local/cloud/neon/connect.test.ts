import { Client } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPostgresFleet } from "../postgres/fleet.ts";
import { openTestNeon, type TestNeon } from "./testing/test-neon.ts";

let cloud: TestNeon;
let client: ReturnType<TestNeon["client"]>;
let projectId: string;
let main: string;
let owner: string;
beforeAll(async () => {
  cloud = await openTestNeon({ openFleet: openPostgresFleet });
  client = cloud.client();
  const { data } = await client.createProject({ project: { name: "finance", history_retention_seconds: 604_800 } });
  await cloud.settled();
  projectId = data.project.id;
  main = data.branch.id;
  owner = data.connection_uris[0]?.connection_uri ?? "";
  await query(owner, "create table invoice (id int primary key, amount numeric); insert into invoice values (1, 10)");
});
afterAll(async () => {
  await cloud.close();
  expect(cloud.violations).toEqual([]);
});

/** As libpq understands `sslmode=require`; `pg` alone would look for the certificate's issuer. */
async function connect(uri: string): Promise<Client> {
  const connection = new Client({ connectionString: `${uri}&uselibpqcompat=true` });
  connection.on("error", () => {});
  await connection.connect();
  return connection;
}
async function query(uri: string, sql: string): Promise<Record<string, unknown>[]> {
  const connection = await connect(uri);
  try {
    return (await connection.query(sql)).rows;
  } finally {
    await connection.end();
  }
}
const uriOf = async (asked: Partial<Parameters<typeof client.getConnectionUri>[0]> = {}) =>
  (await client.getConnectionUri({ projectId, database_name: "neondb", role_name: "neondb_owner", ...asked })).data.uri;
const invoices = async (uri: string) => (await query(uri, "select id from invoice order by id")).map(({ id }) => id);
const readWrite = [{ type: "read_write" as never }];
const branch = async (asked: Parameters<typeof client.createProjectBranch>[1]) => {
  const { data } = await client.createProjectBranch(projectId, asked);
  await cloud.settled();
  return data;
};

describe("a database that the API made", () => {
  it("is reached by `pg` and `postgres` with the URI it answers, directly and through the pooled port", async () => {
    for (const pooled of [false, true]) {
      const uri = await uriOf({ pooled });
      expect(await query(uri, "select current_user as me, current_database() as here")).toEqual([
        { me: "neondb_owner", here: "neondb" },
      ]);
      const sql = postgres(uri);
      expect(await sql`select 1 + 1 as two`).toEqual([{ two: 2 }]);
      await sql.end();
    }
  });

  it("takes roles and databases with odd names, new passwords, and lets go of the old ones", async () => {
    // In the name of a database, `pg` decodes no slash, question mark or ampersand.
    const [role, database] = [`o'dd "röle" /?&%`, `o'dd "dätabase" %`];
    await client.createProjectBranchRole(projectId, main, { role: { name: role } });
    await cloud.settled();
    await client.createProjectBranchDatabase(projectId, main, { database: { name: database, owner_name: role } });
    await cloud.settled();
    const before = await uriOf({ role_name: role, database_name: database });
    expect(await query(before, "select current_user as me, current_database() as here")).toEqual([
      { me: role, here: database },
    ]);
    await client.resetProjectBranchRolePassword(projectId, main, role);
    await cloud.settled();
    await expect(query(before, "select 1")).rejects.toThrow(/password authentication failed/);
    const after = await uriOf({ role_name: role, database_name: database });
    expect(await query(after, "select 1 as one")).toEqual([{ one: 1 }]);
    await client.deleteProjectBranchDatabase(projectId, main, database);
    await cloud.settled();
    await client.deleteProjectBranchRole(projectId, main, role);
    await cloud.settled();
    await expect(query(after, "select 1")).rejects.toThrow();
  });

  it("comes back after its compute was suspended, and not while it is disabled", async () => {
    const [endpoint] = (await client.listProjectBranchEndpoints(projectId, main)).data.endpoints;
    const id = endpoint?.id ?? "";
    const connection = await connect(owner);
    expect((await client.getProjectEndpoint(projectId, id)).data.endpoint.current_state).toBe("active");
    const ended = new Promise((done) => connection.once("end", done));
    await client.suspendProjectEndpoint(projectId, id);
    await Promise.all([ended, cloud.settled()]);
    expect((await client.getProjectEndpoint(projectId, id)).data.endpoint.current_state).toBe("idle");
    expect(await invoices(owner)).toEqual([1]);
    await client.updateProjectEndpoint(projectId, id, { endpoint: { disabled: true } });
    await cloud.settled();
    await expect(query(owner, "select 1")).rejects.toThrow(/endpoint has been disabled/);
    await client.updateProjectEndpoint(projectId, id, { endpoint: { disabled: false } });
    await cloud.settled();
    expect(await invoices(owner)).toEqual([1]);
  });
});

describe("a branch", () => {
  it("has its parent's data of a moment, apart from the parent's from then on", async () => {
    const [{ now } = { now: undefined }] = await query(owner, "select now()");
    const moment = new Date(Number(now) + 1).toISOString();
    await query(owner, "insert into invoice values (2, 20)");
    // The local clock jumps, and Postgres's log does not.
    await cloud.clock.advance(3_600_000);
    const head = await branch({ endpoints: readWrite });
    const then = await branch({ branch: { parent_timestamp: moment }, endpoints: readWrite });
    const [headUri, thenUri] = [head, then].map((data) => data.connection_uris?.[0]?.connection_uri ?? "");
    expect(await invoices(headUri ?? "")).toEqual([1, 2]);
    expect(await invoices(thenUri ?? "")).toEqual([1]);
    await query(headUri ?? "", "insert into invoice values (3, 30)");
    expect(await invoices(owner)).toEqual([1, 2]);
  });

  it("with the schema only has no rows", async () => {
    const data = await branch({ branch: { init_source: "schema-only" }, endpoints: readWrite });
    expect(await invoices(data.connection_uris?.[0]?.connection_uri ?? "")).toEqual([]);
  });

  it("of a protected one does not open with its parent's password", async () => {
    await client.updateProjectBranch(projectId, main, { branch: { protected: true } });
    const data = await branch({ endpoints: readWrite });
    await client.updateProjectBranch(projectId, main, { branch: { protected: false } });
    const uri = new URL(data.connection_uris?.[0]?.connection_uri ?? "");
    expect(await invoices(uri.href)).toEqual([1, 2]);
    uri.password = new URL(owner).password;
    await expect(query(uri.href, "select 1")).rejects.toThrow(/password authentication failed/);
    expect(await invoices(owner)).toEqual([1, 2]);
  });

  it("is restored from its own history, below the same URI, and what it had is kept", async () => {
    const dev = await branch({ branch: { name: "dev" }, endpoints: readWrite });
    const uri = dev.connection_uris?.[0]?.connection_uri ?? "";
    const [{ now } = { now: undefined }] = await query(uri, "select now()");
    const moment = new Date(Number(now) + 3_600_001).toISOString();
    await query(uri, "delete from invoice");
    const restore = { source_branch_id: dev.branch.id, source_timestamp: moment, preserve_under_name: "emptied" };
    await client.restoreProjectBranch(projectId, dev.branch.id, restore);
    await cloud.settled();
    expect(await invoices(uri)).toEqual([1, 2]);
    const { branches } = (await client.listProjectBranches({ projectId, search: "emptied" })).data;
    const endpoint = { branch_id: branches[0]?.id ?? "", type: "read_only" as never };
    const { data } = await client.createProjectEndpoint(projectId, { endpoint });
    await cloud.settled();
    const reader = await uriOf({ branch_id: endpoint.branch_id, endpoint_id: data.endpoint.id });
    expect(await invoices(reader)).toEqual([]);
    await expect(query(reader, "insert into invoice values (9, 9)")).rejects.toThrow(/read-only/);
  });

  it("is made from a snapshot, and takes the place of the branch it was of", async () => {
    const source = await branch({ branch: { name: "shop" }, endpoints: readWrite });
    const uri = source.connection_uris?.[0]?.connection_uri ?? "";
    const { data } = await client.createSnapshot({ projectId, branchId: source.branch.id });
    await cloud.settled();
    await query(uri, "drop table invoice");
    await client.restoreSnapshot({ projectId, snapshotId: data.snapshot.id }, { finalize_restore: true });
    await cloud.settled();
    expect(await invoices(uri)).toEqual([1, 2]);
  });
});

describe("after a restart", () => {
  it("the same URIs lead to the same data", async () => {
    await cloud.restart();
    client = cloud.client();
    expect(await invoices(owner)).toEqual([1, 2]);
    expect(await uriOf()).toBe(owner);
  });
});

describe("a used up quota", () => {
  it("ends sessions and refuses new ones", async () => {
    const connection = await connect(owner);
    const ended = new Promise((done) => connection.once("end", done));
    await client.updateProject(projectId, { project: { settings: { quota: { active_time_seconds: 3600 } } } });
    await cloud.clock.advance(3_700_000);
    await ended;
    await expect(query(owner, "select 1")).rejects.toThrow(/exceeded the active time quota/);
    await client.updateProject(projectId, { project: { settings: { quota: { active_time_seconds: 0 } } } });
    await cloud.settled();
    expect(await invoices(owner)).toEqual([1, 2]);
  });
});

describe("passwords and keys", () => {
  it("are in no log", async () => {
    const { password } = new URL(owner);
    const everything = JSON.stringify([cloud.requestLog.entries(), cloud.logged]);
    expect(password).toMatch(/^npg_/);
    for (const secret of [password, ...Object.values(cloud.keys)]) expect(everything).not.toContain(secret);
  });
});
