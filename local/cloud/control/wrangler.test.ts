import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalDaemon } from "../../../contracts/local.ts";
import { localAdmin, readLocalTokens, startDaemon, stopDaemon } from "../client.ts";
import { sentByWrangler } from "./provenance.ts";

/** `wrangler`, unchanged, against the real daemon. */
const home = mkdtempSync(join(tmpdir(), "chittyops-wrangler-"));
const project = join(home, "project");
const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin", "wrangler.js");
let daemon: LocalDaemon;
let environment: Record<string, string>;

beforeAll(async () => {
  daemon = await startDaemon({ home, seed: { accounts: [{ name: "chittyos", zones: ["chitty.localhost"] }] } });
  const { accounts } = readLocalTokens({ home });
  environment = {
    PATH: process.env.PATH ?? "",
    HOME: join(home, "user"),
    XDG_CONFIG_HOME: join(home, "user", "config"),
    XDG_CACHE_HOME: join(home, "user", "cache"),
    XDG_DATA_HOME: join(home, "user", "data"),
    CLOUDFLARE_API_BASE_URL: `${daemon.controlUrl}/client/v4`,
    CLOUDFLARE_API_TOKEN: accounts.chittyos ?? "",
    CLOUDFLARE_ACCOUNT_ID: daemon.accounts[0]?.id ?? "",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CI: "true",
  };
  mkdirSync(project, { recursive: true });
}, 120_000);

afterAll(async () => {
  await stopDaemon({ home });
  rmSync(home, { recursive: true, force: true });
}, 60_000);

interface Ran {
  code: number;
  output: string;
}

function run(args: string[], input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [wrangler, ...args],
      { cwd: project, env: environment, timeout: 120_000 },
      (error, stdout, stderr) => resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

async function succeed(args: string[], input?: string): Promise<string> {
  const { code, output } = await run(args, input);
  expect(code, output).toBe(0);
  return output;
}

/** What the edge answers for a host; Node resolves no `*.localhost`. */
function fetchHost(host: string, path = "/"): Promise<{ status: number; text: string }> {
  const { port } = new URL(daemon.edgeUrl);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers: { host: `${host}:${port}` } }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Waits for a condition, with a deadline. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited 30 s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const code = (version: string) => `
import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  async next() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n; }
}
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/send") { await env.JOBS.send({ at: 1 }); return new Response("sent"); }
    await env.CACHE.put("k", "v");
    await env.DOCS.put("d", "text");
    return Response.json({
      version: ${JSON.stringify(version)},
      kv: await env.CACHE.get("k"),
      d1: await env.DB.prepare("select 1 as one").first("one"),
      r2: await (await env.DOCS.get("d")).text(),
      count: await env.COUNTER.getByName("c").next(),
      queued: await env.CACHE.get("queued"),
      secret: env.TOKEN ?? null,
      mode: env.MODE,
    });
  },
  async queue(batch, env) { await env.CACHE.put("queued", String(batch.messages.length)); },
  async scheduled(event, env) { await env.CACHE.put("cron", event.cron); },
};`;

/** A wrangler command costs a second of processor time: what the others cover elsewhere runs in `npm run test:full`. */
const itInFull: (name: string, test: () => Promise<void>, timeout?: number) => void =
  process.env.CHITTYOPS_TEST_FULL === "1" ? it : () => undefined;

describe("wrangler against the embedded cloud", () => {
  it("makes stores, deploys a Worker with all of them, and deploys it again", async () => {
    const kv = /"?id"?\s*[:=]\s*"([0-9a-f]{32})"/.exec(await succeed(["kv", "namespace", "create", "cache"]))?.[1];
    const d1 = /"?database_id"?\s*[:=]\s*"([0-9a-f-]{36})"/.exec(await succeed(["d1", "create", "db"]))?.[1];
    await succeed(["r2", "bucket", "create", "docs"]);
    await succeed(["queues", "create", "jobs"]);
    await succeed(["queues", "create", "dead-jobs"]);
    writeFileSync(join(project, "worker.mjs"), code("one"));
    const configuration = {
      name: "svc",
      main: "worker.mjs",
      compatibility_date: "2026-01-01",
      workers_dev: true,
      routes: [
        { pattern: "svc.chitty.localhost", custom_domain: true },
        { pattern: "api.chitty.localhost/*", zone_name: "chitty.localhost" },
      ],
      triggers: { crons: ["*/5 * * * *"] },
      vars: { MODE: "m1" },
      kv_namespaces: [{ binding: "CACHE", id: kv }],
      d1_databases: [{ binding: "DB", database_name: "db", database_id: d1 }],
      r2_buckets: [{ binding: "DOCS", bucket_name: "docs" }],
      queues: {
        producers: [{ binding: "JOBS", queue: "jobs" }],
        consumers: [{ queue: "jobs", max_batch_timeout: 0, dead_letter_queue: "dead-jobs" }],
      },
      durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
      observability: { enabled: true },
    };
    writeFileSync(join(project, "wrangler.json"), JSON.stringify(configuration));
    expect(await succeed(["deploy"])).toMatch(/Current Version ID/);
    const first = await fetchHost("svc.chitty.localhost");
    expect(first.status, first.text).toBe(200);
    expect(JSON.parse(first.text)).toEqual({
      version: "one",
      kv: "v",
      d1: 1,
      r2: "text",
      count: 1,
      queued: null,
      secret: null,
      mode: "m1",
    });
    expect((await fetchHost("api.chitty.localhost")).status).toBe(200);
    expect((await fetchHost("svc.chittyos.workers.localhost")).status).toBe(200);
    expect((await fetchHost("api.chitty.localhost", "/send")).text).toBe("sent");

    writeFileSync(join(project, "worker.mjs"), code("two"));
    await succeed(["deploy"]);
    const second = await until("the queue's consumer", async () => {
      const answer = JSON.parse((await fetchHost("svc.chitty.localhost")).text) as Record<string, unknown>;
      return answer.queued === null ? undefined : answer;
    });
    expect(second).toMatchObject({ version: "two", queued: "1" });
  }, 240_000);

  it("keeps secrets over a deploy that does not name them", async () => {
    await succeed(["secret", "put", "TOKEN"], "planted-secret");
    expect(JSON.parse((await fetchHost("svc.chitty.localhost")).text)).toMatchObject({ secret: "planted-secret" });
    await succeed(["deploy"]);
    expect(JSON.parse((await fetchHost("svc.chitty.localhost")).text)).toMatchObject({ secret: "planted-secret" });
    expect(await succeed(["secret", "list"])).toContain("TOKEN");
  }, 240_000);

  itInFull(
    "reads and writes values, objects and rows",
    async () => {
      await succeed(["secret", "bulk"], JSON.stringify({ OTHER: "planted-other" }));
      await succeed(["kv", "key", "put", "--binding", "CACHE", "--remote", "a/b", "from-wrangler"]);
      expect(await succeed(["kv", "key", "get", "--binding", "CACHE", "--remote", "a/b"])).toContain("from-wrangler");
      expect(await succeed(["kv", "key", "list", "--binding", "CACHE", "--remote"])).toContain("a/b");
      writeFileSync(join(project, "file.txt"), "an object");
      await succeed(["r2", "object", "put", "docs/a/file.txt", "--file", "file.txt", "--remote"]);
      expect(await succeed(["r2", "object", "get", "docs/a/file.txt", "--pipe", "--remote"])).toContain("an object");
      await succeed(["r2", "object", "delete", "docs/a/file.txt", "--remote"]);
      const sql = (command: string) => ["d1", "execute", "db", "--remote", "--yes", "--json", "--command", command];
      await succeed(sql("create table t (a); insert into t values (7)"));
      expect(await succeed(sql("select a from t"))).toContain("7");
      writeFileSync(join(project, "file.sql"), "insert into t values (8);\ninsert into t values ('a;b');\n");
      await succeed(["d1", "execute", "db", "--remote", "--yes", "--file", "file.sql"]);
      expect(await succeed(sql("select a from t"))).toMatch(/7.*8.*a;b/s);
      expect(await succeed(["queues", "info", "jobs"])).toContain("svc");
      expect(await succeed(["whoami"])).toContain(daemon.accounts[0]?.id);
    },
    240_000,
  );

  itInFull(
    "uploads versions, deploys them and rolls back",
    async () => {
      writeFileSync(join(project, "worker.mjs"), code("three"));
      const uploaded = await succeed(["versions", "upload"]);
      const version = /Worker Version ID: ([0-9a-f-]{36})/.exec(uploaded)?.[1] ?? "";
      expect(JSON.parse((await fetchHost("svc.chitty.localhost")).text)).toMatchObject({ version: "two" });
      await succeed(["versions", "deploy", `${version}@100%`, "--yes"]);
      expect(JSON.parse((await fetchHost("svc.chitty.localhost")).text)).toMatchObject({ version: "three" });
      expect(await succeed(["deployments", "list"])).toContain(version);
      await succeed(["rollback", "--yes", "--message", "back"]);
      expect(JSON.parse((await fetchHost("svc.chitty.localhost")).text)).toMatchObject({ version: "two" });
    },
    240_000,
  );

  it("says what workerd says of a Worker that does not start, and leaves the deployed one alone", async () => {
    writeFileSync(join(project, "worker.mjs"), `nonsense();\n${code("broken")}`);
    const { code: exit, output } = await run(["deploy"]);
    expect(exit).toBe(1);
    expect(output).toMatch(/nonsense is not defined.*10021/s);
    expect((await fetchHost("svc.chitty.localhost")).status).toBe(200);
  }, 120_000);

  it("serves static assets, alone and beside a script", async () => {
    const site = join(project, "site");
    mkdirSync(join(site, "public", "deep"), { recursive: true });
    writeFileSync(join(site, "public", "index.html"), "<h1>home</h1>");
    writeFileSync(join(site, "public", "deep", "page.txt"), "deep");
    const configuration = {
      name: "site",
      compatibility_date: "2026-01-01",
      assets: { directory: "public" },
      routes: [{ pattern: "site.chitty.localhost", custom_domain: true }],
    };
    writeFileSync(join(site, "wrangler.json"), JSON.stringify(configuration));
    await succeed(["deploy", "--config", join(site, "wrangler.json")]);
    expect((await fetchHost("site.chitty.localhost")).text).toContain("home");
    expect((await fetchHost("site.chitty.localhost", "/deep/page.txt")).text).toBe("deep");
    expect(await succeed(["deploy", "--config", join(site, "wrangler.json")])).toMatch(/No updated asset files/);
    await succeed(["delete", "--name", "site", "--force"]);
  }, 240_000);

  it("deletes what it made, and asked for nothing that is not served", async () => {
    await succeed(["queues", "consumer", "remove", "jobs", "svc"]);
    await succeed(["delete", "--force"]);
    expect((await fetchHost("svc.chitty.localhost")).status).not.toBe(200);
    await succeed(["queues", "delete", "jobs"]);
    await succeed(["r2", "object", "delete", "docs/d", "--remote"]);
    await succeed(["r2", "bucket", "delete", "docs"]);
    await succeed(["d1", "delete", "db", "--skip-confirmation"]);
    const { unknown } = (await localAdmin({ home }, "unknown")) as { unknown: unknown[] };
    expect(unknown).toEqual([]);
    const log = (await localAdmin({ home }, "requests")) as { requests: { method: string; route: string }[] };
    const used = new Set(log.requests.map(({ method, route }) => `${method} ${route}`));
    expect([...used].filter((route) => !sentByWrangler.includes(route))).toEqual([]);
    const requests = JSON.stringify(log);
    expect(requests).not.toContain("planted");
    expect(requests).not.toContain(environment.CLOUDFLARE_API_TOKEN);
  }, 240_000);
});
