import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkerBinding } from "../types.ts";
import { accountId, eventually, serviceBinding, startTestPlatform, type TestPlatform } from "./test-platform.ts";

let cloud: TestPlatform;
beforeAll(async () => {
  cloud = await startTestPlatform();
}, 60_000);
afterAll(() => cloud.stop(), 60_000);

const kv = (name: string, id: string): WorkerBinding => ({ type: "kv_namespace", name, namespace_id: id });

/** A Worker that answers with what `body` (the inside of an async function of `env` and `request`) returns, as JSON. */
const answering = (body: string, before = ""): string =>
  `${before}\nexport default { async fetch(request, env, ctx) { return Response.json((await (async () => { ${body} })()) ?? null); } };`;

async function ask(name: string, path = "/"): Promise<unknown> {
  const answer = await cloud.get(`${name}.test`, path);
  expect(answer.text).not.toContain("error code");
  return JSON.parse(answer.text);
}

describe("bindings", { timeout: 60_000 }, () => {
  it("binds plain text, secrets, JSON, the version and store secrets", async () => {
    const { versionId } = cloud.deploy(
      "values",
      answering("return [env.TEXT, env.SECRET, env.JSON, env.VERSION.id, await env.STORED.get()]"),
      {
        bindings: [
          { type: "plain_text", name: "TEXT", text: "plain" },
          { type: "secret_text", name: "SECRET", text: "hidden" },
          { type: "json", name: "JSON", json: { a: [1] } },
          { type: "version_metadata", name: "VERSION" },
          { type: "secrets_store_secret", name: "STORED", store_id: "s", secret_name: "n", value: "from the store" },
        ],
      },
    );
    expect(await ask("values")).toEqual(["plain", "hidden", { a: [1] }, versionId, "from the store"]);
  });

  it("shares KV between Workers and with the control API, metadata and odd keys included", async () => {
    const bindings = [kv("KV", "shared")];
    cloud.deploy("kv-writer", answering(`await env.KV.put("a/ü ?", "value", { metadata: { é: 1 } })`), { bindings });
    cloud.deploy("kv-reader", answering(`return env.KV.getWithMetadata("from api")`), { bindings });
    await ask("kv-writer");
    const store = cloud.runtime.kv("shared");
    const entry = await store.get("a/ü ?");
    expect({ ...entry, value: Buffer.from(entry?.value ?? []).toString() }).toEqual({
      value: "value",
      metadata: { é: 1 },
    });
    await store.put("from api", {
      value: Buffer.from("hello"),
      metadata: ["ß"],
      expiration: Math.floor(Date.now() / 1000) + 3600,
    });
    expect(await ask("kv-reader")).toMatchObject({ value: "hello", metadata: ["ß"] });
    const { keys } = await store.list({ prefix: "from" });
    expect(keys).toMatchObject([{ name: "from api", metadata: ["ß"], expiration: expect.any(Number) }]);
    await store.delete("from api");
    expect(await store.get("from api")).toBeUndefined();
  });

  it("pages through KV keys", async () => {
    const store = cloud.runtime.kv("paged");
    for (const name of ["a", "b", "c"]) await store.put(name, { value: Buffer.from(name) });
    const first = await store.list({ limit: 2 });
    expect(first.keys.map(({ name }) => name)).toEqual(["a", "b"]);
    const second = await store.list({ limit: 2, ...(first.cursor ? { cursor: first.cursor } : {}) });
    expect(second).toEqual({ keys: [{ name: "c" }] });
  });

  it("shares R2 between Workers and the control API", async () => {
    const key = `${accountId}/default/bucket`;
    cloud.deploy(
      "r2",
      answering(`await env.BUCKET.put("dir/ü", "from worker", { httpMetadata: { contentType: "text/x" } });
        return (await env.BUCKET.get("from api")).text()`),
      { bindings: [{ type: "r2_bucket", name: "BUCKET", bucket_name: "bucket", bucket_key: key }] },
    );
    const store = cloud.runtime.r2(key);
    expect(await store.isEmpty()).toBe(true);
    const { etag } = await store.put("from api", Buffer.from("content"));
    expect(await ask("r2")).toBe("content");
    expect(await store.get("dir/ü")).toMatchObject({
      body: Buffer.from("from worker"),
      httpMetadata: { contentType: "text/x" },
    });
    expect(await store.list({ delimiter: "/" })).toMatchObject({
      objects: [{ key: "from api", size: 7, etag }],
      delimitedPrefixes: ["dir/"],
    });
    await store.delete("from api");
    expect(await store.get("from api")).toBeUndefined();
    await cloud.runtime.dropStorage("r2", key);
    expect(await store.isEmpty()).toBe(true);
  });

  it("shares D1 between Workers and the control API, and reports SQL errors", async () => {
    const database = cloud.runtime.d1("database");
    const made = await database.query(
      "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, ';'); SELECT * FROM t;",
      [],
    );
    expect(made.map(({ results }) => results)).toEqual([[], [], [{ a: 1, b: ";" }]]);
    cloud.deploy(
      "d1",
      answering(`return (await env.DB.prepare("SELECT b FROM t WHERE a = ?").bind(1).all()).results`),
      {
        bindings: [{ type: "d1", name: "DB", id: "database" }],
      },
    );
    expect(await ask("d1")).toEqual([{ b: ";" }]);
    expect(await database.query("SELECT ? AS x", ["p"])).toMatchObject([{ columns: ["x"], results: [{ x: "p" }] }]);
    await expect(database.query("SELEC", [])).rejects.toThrow(/syntax error/);
    await cloud.runtime.dropStorage("d1", "database");
    await expect(database.query("SELECT * FROM t", [])).rejects.toThrow(/no such table/);
  });

  it("calls other Workers by fetch, RPC and named entrypoint, in a cycle and over processes", async () => {
    const entrypoints = `import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
      class Counter extends RpcTarget { #n = 0; add(n) { return (this.#n += n); } }
      export class Named extends WorkerEntrypoint { whoami() { return [this.ctx.props ?? null, "named"]; } }
      export default class extends WorkerEntrypoint {
        async fetch(request) { return new Response("b saw " + new URL(request.url).pathname + " and " + (await (await this.env.A.fetch("http://a/leaf")).text())); }
        sum(a, b) { return a + b; }
        counter() { return new Counter(); }
        throws() { throw new TypeError("as asked"); }
      }`;
    cloud.deploy("b", entrypoints, { bindings: [serviceBinding("A", "a")] });
    await cloud.get("b.test", "/warm-up");
    cloud.deploy(
      "a",
      answering(
        `if (request.url.endsWith("/leaf")) return "leaf";
         using counter = await env.B.counter();
         return [await env.B.sum(1, 2), await counter.add(2), await counter.add(3), await env.NAMED.whoami(),
           await (await env.B.fetch("http://b/path")).text(), await env.B.throws().catch((error) => error.message)]`,
      ),
      { bindings: [serviceBinding("B", "b"), serviceBinding("NAMED", "b", { entrypoint: "Named" })] },
    );
    expect(await ask("a")).toEqual([3, 2, 5, [{}, "named"], 'b saw /path and "leaf"', "as asked"]);
  });

  it("says so when a bound Worker does not exist", async () => {
    cloud.deploy("lonely", answering(`return env.GONE.fetch("http://x/").then(() => "?", (error) => error.message)`), {
      bindings: [serviceBinding("GONE", "nobody")],
    });
    expect(await ask("lonely")).toBe('Worker "nobody" not found');
  });

  it("limits rates over all processes", async () => {
    const bindings = [{ type: "ratelimit", name: "LIMIT", namespace_id: "1", simple: { limit: 1, period: 60 } }];
    const code = answering(`return (await env.LIMIT.limit({ key: "k" })).success`);
    for (const name of ["limited-1", "limited-2"]) {
      cloud.deploy(name, code, { bindings });
      await cloud.get(`${name}.test`);
    }
    // A minute may begin between the two.
    await eventually(async () => (await ask("limited-1")) !== undefined && (await ask("limited-2")) === false);
  });

  it("takes Analytics Engine points and sends e-mail without leaving the machine", async () => {
    cloud.deploy(
      "events",
      answering(
        `env.DATA.writeDataPoint({ blobs: ["a"], doubles: [1], indexes: ["i"] });
         const raw = "From: a@chitty.cc\\r\\nTo: b@chitty.cc\\r\\nMessage-ID: <1@chitty.cc>\\r\\nSubject: s\\r\\n\\r\\nbody";
         await env.MAIL.send(new EmailMessage("a@chitty.cc", "b@chitty.cc", raw));
         return "sent"`,
        `import { EmailMessage } from "cloudflare:email";`,
      ),
      {
        bindings: [
          { type: "analytics_engine", name: "DATA", dataset: "d" },
          { type: "send_email", name: "MAIL", allowed_destination_addresses: ["b@chitty.cc"] },
        ],
      },
    );
    expect(await ask("events")).toBe("sent");
  });

  it("fails every call on what is unavailable locally, and says so", async () => {
    const types = ["ai", "vectorize", "browser", "images", "mtls_certificate", "pipelines", "never_heard_of"];
    cloud.deploy(
      "unavailable",
      answering(
        `const calls = [() => env.ai.run("m", {}), () => env.vectorize.query([1]), () => env.browser.fetch("http://x"),
           () => env.images.input("s").transform({}).output({}), () => env.mtls_certificate.fetch("https://x"),
           () => env.pipelines.send([]), () => env.never_heard_of.anything()];
         return Promise.all(calls.map(async (call) => { try { await call(); return "worked"; } catch (error) { return error.message; } }))`,
      ),
      { bindings: types.map((type) => ({ type, name: type })) },
    );
    const messages = (await ask("unavailable")) as string[];
    expect(messages).toHaveLength(types.length);
    for (const message of messages) expect(message).toMatch(/^unavailable locally: /);
  });

  it("serves assets with and without a Worker in front", async () => {
    const directory = mkdtempSync(join(cloud.directory, "assets-"));
    mkdirSync(join(directory, "docs"));
    writeFileSync(join(directory, "index.html"), "<h1>home</h1>");
    writeFileSync(join(directory, "docs", "page.html"), "<h1>page</h1>");
    cloud.deploy("assets", answering(`return (await env.ASSETS.fetch("http://x/docs/page")).text()`), {
      assets: { directory, binding: "ASSETS", config: { not_found_handling: "none" } },
      bindings: [{ type: "assets", name: "ASSETS" }],
    });
    expect((await cloud.get("assets.test", "/")).text).toBe("<h1>home</h1>");
    expect((await cloud.get("assets.test", "/docs/page")).text).toBe("<h1>page</h1>");
    expect(await ask("assets", "/dynamic")).toBe("<h1>page</h1>");
    cloud.deploy("only-assets", "", {
      modules: [],
      assets: { directory, config: { not_found_handling: "single-page-application" } },
    });
    expect(
      (await cloud.get("only-assets.test", "/any/where", { headers: { "sec-fetch-mode": "navigate" } })).text,
    ).toBe("<h1>home</h1>");
  });

  it("runs Workflows, from the script that implements them and from another", async () => {
    const workflow = {
      type: "workflow",
      name: "FLOW",
      workflow_name: "flow",
      class_name: "Flow",
      script_key: `${accountId}/flows`,
    };
    cloud.deploy(
      "flows",
      answering(
        `const id = new URL(request.url).searchParams.get("id");
         return id ? (await env.FLOW.get(id)).status() : (await env.FLOW.create({ params: { n: 20 } })).id`,
        `import { WorkflowEntrypoint } from "cloudflare:workers";
         export class Flow extends WorkflowEntrypoint {
           async run(event, step) { const a = await step.do("one", async () => event.payload.n + 1); return step.do("two", async () => a * 2); }
         }`,
      ),
      { bindings: [workflow] },
    );
    cloud.deploy("flow-user", answering(`return (await env.FLOW.create({ params: { n: 1 } })).id`), {
      bindings: [workflow],
    });
    for (const [starter, output] of [
      ["flows", 42],
      ["flow-user", 4],
    ] as const) {
      const id = String(await ask(starter));
      const status = await eventually(async () => {
        const now = (await ask("flows", `/?id=${id}`)) as { status: string };
        return now.status === "complete" && now;
      });
      expect(status).toMatchObject({ output });
    }
  });

  it("dispatches to the scripts of a dispatch namespace", async () => {
    cloud.deploy(
      "tenant-1",
      `export default { fetch: (request) => new Response("tenant 1 at " + new URL(request.url).pathname) };`,
      {
        key: `${accountId}/tenants/tenant-1`,
        dispatchNamespace: "tenants",
      },
    );
    cloud.deploy(
      "dispatcher",
      answering(
        `return (await env.TENANTS.get(new URL(request.url).searchParams.get("t")).fetch("http://x/y")).text()`,
      ),
      {
        bindings: [{ type: "dispatch_namespace", name: "TENANTS", namespace: "tenants" }],
      },
    );
    expect(await ask("dispatcher", "/?t=tenant-1")).toBe("tenant 1 at /y");
    expect((await cloud.get("dispatcher.test", "/?t=tenant-2")).status).toBe(500);
  });

  it("reaches other Workers by their URLs, but not itself, and opens sockets", async () => {
    const server = createServer((socket) => socket.end("raw"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cloud.deploy(
      "named",
      answering(`return [request.url, request.headers.get("x-own"), request.headers.get("x-chittyops-from")]`),
    );
    cloud.deploy(
      "outbound",
      answering(
        `const other = await (await fetch("http://named.test/path", { headers: { "x-own": "yes" } })).json();
         const { readable } = connect({ hostname: "127.0.0.1", port: ${(server.address() as AddressInfo).port} });
         const raw = new TextDecoder().decode((await readable.getReader().read()).value);
         return [other, raw, (await fetch("http://outbound.test/")).status]`,
        `import { connect } from "cloudflare:sockets";`,
      ),
    );
    expect(await ask("outbound")).toEqual([["http://named.test/path", "yes", null], "raw", 530]);
    server.close();
  });

  describe("Hyperdrive", () => {
    let database: Server;
    const seen: string[] = [];
    const tlsRequest = Buffer.from("0000000804d2162f", "hex");
    beforeAll(async () => {
      database = createServer((socket) =>
        // A Postgres without TLS: it is asked for it first, and answers that it has none.
        socket.once("data", (data) => {
          seen.push(data.equals(tlsRequest) ? "TLS?" : data.toString("utf8"));
          if (data.equals(tlsRequest)) socket.write("N");
          else socket.end("pong");
        }),
      );
      await new Promise<void>((resolve) => database.listen(0, "127.0.0.1", resolve));
    });
    afterAll(() => void database.close());

    it("connects to whatever origin it is given", async () => {
      const { port } = database.address() as AddressInfo;
      const origin = { scheme: "postgres", host: "127.0.0.1", port, user: "us er", password: "p@ss/w", database: "db" };
      cloud.deploy(
        "hyperdrive",
        answering(
          `const socket = connect({ hostname: env.HD.host, port: env.HD.port });
           const writer = socket.writable.getWriter();
           await writer.write(new TextEncoder().encode("ping"));
           const { value } = await socket.readable.getReader().read();
           return [new TextDecoder().decode(value), env.HD.user, env.HD.password, env.HD.database]`,
          `import { connect } from "cloudflare:sockets";`,
        ),
        { bindings: [{ type: "hyperdrive", name: "HD", id: "h", origin }] },
      );
      expect(await ask("hyperdrive")).toEqual(["pong", "us er", "p@ss/w", "db"]);
      expect(seen).toEqual(["TLS?", "ping"]);
    });
  });
});
