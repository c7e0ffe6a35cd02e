import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiClient } from "@neondatabase/api-client";
import Cloudflare from "cloudflare";
import { toFile } from "cloudflare/uploads";
import { build, type Plugin } from "esbuild";
import { Client } from "pg";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalDaemon } from "../../../contracts/local.ts";
import { localAdmin, neonSummary, readLocalTokens, startDaemon, stopDaemon } from "../client.ts";
import { daemonFiles } from "../daemon/files.ts";
import { identify, isAlive, type ProcessIdentity } from "../daemon/process-identity.ts";
import { eventually } from "../runtime/test-platform.ts";

const home = mkdtempSync(join(tmpdir(), "chittyops-neon-daemon-"));
const seed = { accounts: [{ name: "acme", zones: ["acme.localhost"] }] };
let daemon: LocalDaemon;
let client: ReturnType<typeof createApiClient>;

async function start(): Promise<void> {
  daemon = await startDaemon({ home, seed });
  const apiKey = readLocalTokens({ home }).neon.acme ?? "";
  client = createApiClient({ apiKey, baseURL: `${daemon.controlUrl}/api/v2` });
}
beforeAll(start);
afterAll(async () => {
  await stopDaemon({ home });
  rmSync(home, { recursive: true, force: true });
});

async function create(name: string): Promise<{ projectId: string; uri: string }> {
  const { data } = await client.createProject({ project: { name } });
  await settled(data.project.id);
  return { projectId: data.project.id, uri: data.connection_uris[0]?.connection_uri ?? "" };
}
async function settled(projectId: string): Promise<void> {
  await eventually(async () => {
    const { operations } = (await client.listProjectOperations({ projectId })).data;
    return operations.length > 0 && operations.every(({ status }) => String(status) === "finished");
  });
}
async function query(uri: string, sql: string): Promise<Record<string, unknown>[]> {
  const connection = new Client({ connectionString: `${uri}&uselibpqcompat=true` });
  await connection.connect();
  try {
    return (await connection.query(sql)).rows;
  } finally {
    await connection.end();
  }
}

/** `pg` is CommonJS and requires Node's modules, which a Worker can only import. */
const builtins: Plugin = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${builtinModules.join("|")})$`) }, ({ path }) => ({
      path,
      namespace: "builtin",
    }));
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `import found from "node:${path}"; module.exports = found;`,
    }));
  },
};

describe("Neon in the daemon", { timeout: 120_000 }, () => {
  it("is there for an organisation of each account, with a key of its own, and shows what it has", async () => {
    expect(daemon.neonOrganizations).toMatchObject([{ name: "acme", plan: "scale" }]);
    const { projectId } = await create("shown");
    expect(await neonSummary({ home })).toMatchObject({
      pooler: expect.stringMatching(/^(alias|pgbouncer)$/),
      organizations: [{ name: "acme", projects: [{ id: projectId, branches: [{ name: "main" }] }] }],
    });
  });

  it("after kill -9 has what it answered, data included, below the same URIs; what was under way is done", async () => {
    const { projectId, uri } = await create("kept");
    await query(uri, "create table t (x int); insert into t values (7)");
    const { branches } = (await client.listProjectBranches({ projectId })).data;
    const branchId = branches[0]?.id ?? "";
    const fault = { method: "POST", path: "*/roles", times: 1, action: { type: "exit", when: "after" } };
    await localAdmin({ home }, "faults", { method: "POST", body: fault });
    await expect(client.createProjectBranchRole(projectId, branchId, { role: { name: "app" } })).rejects.toThrow();
    await start();
    await settled(projectId);
    expect(await query(uri, "select x from t")).toEqual([{ x: 7 }]);
    const asked = { projectId, database_name: "neondb", role_name: "app" };
    expect(await query((await client.getConnectionUri(asked)).data.uri, "select current_user as me")).toEqual([
      { me: "app" },
    ]);
  });

  it("leaves no Postgres behind when it is stopped, also after it was killed", async () => {
    const { uri } = await create("running");
    const connection = new Client({ connectionString: `${uri}&uselibpqcompat=true` });
    connection.on("error", () => {});
    await connection.connect();
    const { postgresProcesses } = daemonFiles(home);
    const { processes } = JSON.parse(readFileSync(postgresProcesses, "utf8")) as { processes: ProcessIdentity[] };
    expect(processes.filter(isAlive).length).toBeGreaterThan(0);
    process.kill(daemon.pid, "SIGKILL");
    await eventually(() => identify(daemon.pid) === undefined);
    await stopDaemon({ home });
    expect(processes.filter(isAlive)).toEqual([]);
    await start();
    expect(await query(uri, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("is reached by a Worker through Hyperdrive", async () => {
    const { uri } = await create("worker");
    const { hostname, port, username, password, pathname } = new URL(uri);
    const account = daemon.accounts[0]?.id ?? "";
    const apiToken = readLocalTokens({ home }).accounts.acme ?? "";
    const cloud = new Cloudflare({ apiToken, baseURL: `${daemon.controlUrl}/client/v4`, maxRetries: 0 });
    const origin = {
      scheme: "postgres",
      host: hostname,
      port: Number(port),
      database: pathname.slice(1),
      user: username,
      password,
    };
    const config = await cloud.hyperdrive.configs.create({ account_id: account, name: "worker", origin } as never);
    const { outputFiles } = await build({
      stdin: {
        resolveDir: import.meta.dirname,
        contents: `
          import { Client } from "pg";
          import postgres from "postgres";
          export default {
            async fetch(request, env) {
              const client = new Client({ connectionString: env.DB.connectionString });
              await client.connect();
              const { rows } = await client.query("select current_user as pg");
              await client.end();
              const sql = postgres(env.DB.connectionString, { max: 1, fetch_types: false });
              const [row] = await sql\`select current_user as postgres\`;
              await sql.end();
              return Response.json({ ...rows[0], ...row });
            },
          };`,
      },
      bundle: true,
      write: false,
      format: "esm",
      target: "es2024",
      conditions: ["workerd", "worker"],
      external: ["node:*", "cloudflare:*", "pg-native"],
      plugins: [builtins],
      logLevel: "error",
    });
    const module = await toFile(Buffer.from(outputFiles[0]?.text ?? ""), "worker.mjs", {
      type: "application/javascript+module",
    });
    const metadata = {
      main_module: "worker.mjs",
      compatibility_date: "2026-11-01",
      compatibility_flags: ["nodejs_compat"],
      bindings: [{ type: "hyperdrive", name: "DB", id: config.id }],
    };
    await cloud.workers.scripts.update("worker", { account_id: account, metadata, files: [module] } as never, {
      headers: { "content-type": null },
    });
    await cloud.workers.scripts.subdomain.create("worker", { account_id: account, enabled: true });
    const answer = await request(daemon.edgeUrl, { headers: { host: "worker.acme.workers.localhost" } });
    expect(JSON.parse(await answer.body.text())).toEqual({ pg: username, postgres: username });
  });

  it("keeps passwords and keys out of its logs and of the request log", async () => {
    const { uri } = await create("quiet");
    const tokens = readLocalTokens({ home });
    const logs = join(home, "local", "logs");
    const written = readdirSync(logs).map((file) => readFileSync(join(logs, file), "utf8"));
    const everything = [...written, JSON.stringify(await localAdmin({ home }, "requests"))].join("\n");
    expect(everything).toContain("/api/v2/projects");
    for (const secret of [new URL(uri).password, ...Object.values(tokens.neon)])
      expect(everything).not.toContain(secret);
  });
});
