import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ShellManifest, shellStatus } from "../../contracts/shell.ts";

const token = "t".repeat(40);
const canary = "canary-1f0c9e6b";
const manifest: ShellManifest = {
  service: "chittyfinance",
  environment: "local",
  health: { path: "/health", expect: "healthy" },
  bindings: {
    CACHE: "kv",
    DOCS: "r2",
    DB: "d1",
    JOBS: "queue",
    ROOM: "durable-object",
    PEER: "service",
    BROKEN: "service",
    PG: "hyperdrive",
    API_KEY: "secret",
    AI: "ai",
    LIMIT: "ratelimit",
    ABSENT: "kv",
  },
  missing: { PG: "its database is not there yet" },
};

let miniflare: Miniflare;
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "index.ts")],
    bundle: true,
    write: false,
    format: "esm",
  });
  const modules = [
    { type: "ESModule", path: "index.mjs", contents: 'export { default, ShellObject as Room } from "./shell.mjs";' },
    { type: "ESModule", path: "shell.mjs", contents: outputFiles[0]?.text ?? "" },
  ] as const;
  const answering = (script: string) => ({ modules: true, script, compatibilityDate: "2026-01-01" });
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "shell",
          modules: [...modules],
          compatibilityDate: "2026-01-01",
          bindings: { SHELL: JSON.stringify(manifest), SHELL_TOKEN: token, API_KEY: canary },
          kvNamespaces: ["CACHE"],
          r2Buckets: ["DOCS"],
          d1Databases: ["DB"],
          queueProducers: { JOBS: "jobs" },
          queueConsumers: { jobs: { maxBatchTimeout: 0 } },
          durableObjects: { ROOM: { className: "Room", useSQLite: true } },
          serviceBindings: { PEER: "peer", BROKEN: "broken", AI: "ai" },
          ratelimits: { LIMIT: { namespace_id: "1001", simple: { limit: 100, period: 60 } } },
        },
        { name: "peer", ...answering('export default { fetch: () => Response.json({ status: "ok" }) }') },
        { name: "broken", ...answering('export default { fetch() { throw new Error("no") } }') },
        {
          name: "ai",
          ...answering(
            'import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint { models() { throw new Error("AI is unavailable locally"); } }',
          ),
        },
      ],
    }),
  );
  await miniflare.ready;
}, 60_000);
afterAll(() => miniflare?.dispose());

const get = async (path: string, headers: Record<string, string> = {}) =>
  miniflare.dispatchFetch(`http://finance.chitty.localhost${path}`, { headers });

describe("the shell Worker", () => {
  it("answers the health contract as the catalog says it", async () => {
    const response = await get("/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "healthy" });
  });

  it("tells a stranger its name and nothing about its bindings", async () => {
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: token }]) {
      expect(await (await get("/api/v1/status", headers)).json()).toEqual({
        service: "chittyfinance",
        environment: "local",
        hosting: "shell",
      });
    }
  });

  it("tries each binding for a caller with the token, and shows no secret", async () => {
    const response = await get("/api/v1/status", { authorization: `Bearer ${token}` });
    const text = await response.text();
    expect(text).not.toContain(canary);
    const bindings = shellStatus.parse(JSON.parse(text)).bindings ?? [];
    expect(Object.fromEntries(bindings.map(({ name, status }) => [name, status]))).toEqual({
      CACHE: "ok",
      DOCS: "ok",
      DB: "ok",
      JOBS: "ok",
      ROOM: "ok",
      PEER: "ok",
      BROKEN: "error",
      PG: "missing",
      API_KEY: "ok",
      AI: "unavailable",
      LIMIT: "ok",
      ABSENT: "error",
    });
  });

  it("leaves nothing behind in the stores it tries", async () => {
    await get("/api/v1/status", { authorization: `Bearer ${token}` });
    const kv = await miniflare.getKVNamespace("CACHE");
    const names = (await kv.list()).keys.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("chittyops:trial:"))).toEqual([]);
    const bucket = await miniflare.getR2Bucket("DOCS");
    expect((await bucket.list()).objects).toEqual([]);
  });

  it("counts the events it handles, for longer than an isolate lives where there is a KV namespace", async () => {
    const worker = await miniflare.getWorker("shell");
    await worker.scheduled({ cron: "*/15 * * * *" });
    const response = await get("/api/v1/status", { authorization: `Bearer ${token}` });
    const { counts } = shellStatus.parse(await response.json());
    expect(counts).toMatchObject({ scheduled: 1, durable: true });
  });

  it("answers another path with a problem that names the service", async () => {
    const response = await get("/invoices");
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 404, detail: expect.stringContaining("chittyfinance") });
  });
});
