import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeployedQueue, WorkerBinding } from "../types.ts";
import { accountId, eventually, startTestPlatform, type TestPlatform } from "./test-platform.ts";

let cloud: TestPlatform;
beforeAll(async () => {
  cloud = await startTestPlatform();
}, 60_000);
afterAll(() => cloud.stop(), 60_000);

const kv = (id: string): WorkerBinding => ({ type: "kv_namespace", name: "KV", namespace_id: id });
const producer = (queue: DeployedQueue): WorkerBinding => ({
  type: "queue",
  name: "QUEUE",
  queue_name: queue.name,
  queue_id: queue.id,
});

function consumer(
  script: string,
  settings: Partial<DeployedQueue["consumers"][number]> = {},
): DeployedQueue["consumers"][number] {
  return {
    id: script,
    scriptKey: `${accountId}/${script}`,
    maxBatchSize: 10,
    maxBatchTimeout: 0,
    maxRetries: 2,
    retryDelay: 0,
    ...settings,
  };
}

/** Names and values of a namespace. */
async function entries(id: string): Promise<Record<string, string>> {
  const { keys } = await cloud.runtime.kv(id).list({});
  const found = await Promise.all(
    keys.map(async ({ name }) => [name, Buffer.from((await cloud.runtime.kv(id).get(name))?.value ?? []).toString()]),
  );
  return Object.fromEntries(found) as Record<string, string>;
}

/** Puts what it receives under `<queue>:<message>` with the number of the attempt; messages that begin with `fail` are never taken. */
const recorder = `export default { async queue(batch, env) {
  for (const message of batch.messages) {
    const text = typeof message.body === "string" ? message.body : message.body instanceof Map ? "Map" : message.body instanceof ArrayBuffer ? "bytes" : JSON.stringify(message.body);
    await env.KV.put(batch.queue + ":" + text, String(message.attempts));
    if (batch.queue !== "dead" && text.startsWith("fail")) message.retry();
  }
} };`;

describe("queues", { timeout: 60_000 }, () => {
  it("carries every content type from producers and from the control API to the consumer", async () => {
    const queue = cloud.queue("kinds", { consumers: [consumer("kinds-consumer")] });
    cloud.deploy("kinds-consumer", recorder, { bindings: [kv("kinds")] });
    cloud.deploy(
      "kinds-producer",
      `export default { async fetch(request, env) {
        await env.QUEUE.send("text", { contentType: "text" });
        await env.QUEUE.send(new Map([[1, 2]]), { contentType: "v8" });
        await env.QUEUE.sendBatch([{ body: { a: 1 } }, { body: new Uint8Array([1]), contentType: "bytes" }]);
        return new Response("sent");
      } };`,
      { bindings: [producer(queue)] },
    );
    expect((await cloud.get("kinds-producer.test")).text, cloud.lines.join("\n")).toBe("sent");
    await cloud.runtime.queue(queue.id).send([
      { body: { api: true }, contentType: "json" },
      { body: "from api", contentType: "text" },
    ]);
    const expected = [
      "kinds:text",
      "kinds:Map",
      'kinds:{"a":1}',
      "kinds:bytes",
      'kinds:{"api":true}',
      "kinds:from api",
    ];
    await eventually(async () => expect(Object.keys(await entries("kinds")).sort()).toEqual(expected.sort()) ?? true);
  });

  it("retries, and moves what failed too often to the dead letter queue", async () => {
    const queue = cloud.queue("work", { consumers: [consumer("work-consumer", { deadLetterQueue: "dead" })] });
    cloud.queue("dead", { consumers: [consumer("work-consumer")] });
    cloud.deploy("work-consumer", recorder, { bindings: [kv("work")] });
    await cloud.runtime.queue(queue.id).send([
      { body: "fine", contentType: "text" },
      { body: "fail this", contentType: "text" },
    ]);
    await eventually(async () => (await entries("work"))["dead:fail this"]);
    expect(await entries("work")).toEqual({ "work:fine": "1", "work:fail this": "3", "dead:fail this": "1" });
  });

  it("retries a batch whose handler throws, but not what was acknowledged", async () => {
    const queue = cloud.queue("throwing", { consumers: [consumer("throwing-consumer", { maxRetries: 1 })] });
    const code = `export default { async queue(batch, env) {
      for (const { body, attempts } of batch.messages) await env.KV.put(body, String(attempts));
      batch.messages[0].ack();
      throw new Error("after all");
    } };`;
    cloud.deploy("throwing-consumer", code, { bindings: [kv("throwing")] });
    await cloud.runtime.queue(queue.id).send([
      { body: "first", contentType: "text" },
      { body: "second", contentType: "text" },
    ]);
    await eventually(async () => (await entries("throwing")).second === "2");
    expect((await entries("throwing")).first).toBe("1");
  });

  it("holds messages back while delivery is paused, the delay has not passed, or the consumer does not exist yet", async () => {
    const queue = cloud.queue("later", { deliveryPaused: true, consumers: [consumer("later-consumer")] });
    await cloud.runtime.queue(queue.id).send([{ body: "soon", contentType: "text" }]);
    await cloud.runtime.queue(queue.id).send([{ body: "delayed", contentType: "text", delaySeconds: 3600 }]);
    queue.deliveryPaused = false;
    cloud.changed();
    cloud.deploy("later-consumer", recorder, { bindings: [kv("later")] });
    await eventually(async () => (await entries("later"))["later:soon"]);
    expect(await entries("later")).toEqual({ "later:soon": "1" });
    await cloud.clock.advance(3_600_000);
    expect(await entries("later")).toEqual({ "later:soon": "1", "later:delayed": "1" });
  });

  it("refuses a message that is too large", async () => {
    const queue = cloud.queue("small");
    const code = `export default { fetch: (request, env) => env.QUEUE.send("x".repeat(200_000)).then(() => new Response("sent"), (error) => new Response(error.message)) };`;
    cloud.deploy("large", code, { bindings: [producer(queue)] });
    expect((await cloud.get("large.test")).text).toMatch(/message length of \d+ bytes exceeds limit of 128000/);
  });
});

describe("buckets", { timeout: 60_000 }, () => {
  const key = `${accountId}/default/ruled`;
  const bucket: WorkerBinding = { type: "r2_bucket", name: "BUCKET", bucket_name: "ruled", bucket_key: key };

  it("tell queues about changes by Workers and by the control API, by action, prefix and suffix", async () => {
    const queue = cloud.queue("changes", { consumers: [consumer("changes-consumer")] });
    const rules = [
      { actions: ["PutObject"], prefix: "in/", suffix: ".txt" },
      { actions: ["DeleteObject"], prefix: "in/" },
    ];
    cloud.state.buckets = [{ accountId, key, name: "ruled", locks: [], notifications: [{ queueId: queue.id, rules }] }];
    cloud.deploy(
      "changes-consumer",
      `export default { async queue(batch, env) {
        for (const { body } of batch.messages) await env.KV.put(body.action + " " + body.object.key, JSON.stringify([body.account, body.bucket, body.object.size]));
      } };`,
      { bindings: [kv("changes")] },
    );
    const code = `export default { async fetch(request, env) {
      const large = "x".repeat(100_000);
      await env.BUCKET.put("in/a.txt", large);
      await env.BUCKET.put("in/a.png", "b");
      await env.BUCKET.put("out/a.txt", "c");
      await env.BUCKET.delete(["in/a.png", "out/a.txt"]);
      return new Response(String((await (await env.BUCKET.get("in/a.txt")).text()) === large));
    } };`;
    cloud.deploy("changer", code, { bindings: [bucket] });
    expect((await cloud.get("changer.test")).text).toBe("true");
    await cloud.runtime.r2(key).put("in/api.txt", Buffer.from("four"));
    await eventually(async () => Object.keys(await entries("changes")).length === 3);
    expect(await entries("changes")).toEqual({
      "PutObject in/a.txt": JSON.stringify([accountId, "ruled", 100_000]),
      "DeleteObject in/a.png": JSON.stringify([accountId, "ruled", null]),
      "PutObject in/api.txt": JSON.stringify([accountId, "ruled", 4]),
    });
  });

  it("keep what a lock protects, until its age is over", async () => {
    const locks = [
      { enabled: true, prefix: "kept/", condition: { type: "Age" as const, maxAgeSeconds: 7 * 365 * 86_400 } },
    ];
    cloud.state.buckets = [{ accountId, key, name: "ruled", locks, notifications: [] }];
    const code = `export default { async fetch(request, env) {
      const attempt = (work) => work.then(() => "done", (error) => error.message);
      return Response.json([await attempt(env.BUCKET.put("kept/record", "1")), await attempt(env.BUCKET.put("kept/record", "2")),
        await attempt(env.BUCKET.delete("kept/record")), await attempt(env.BUCKET.delete("free")), await (await env.BUCKET.get("kept/record"))?.text()]);
    } };`;
    cloud.deploy("vault", code, { bindings: [bucket] });
    const locked = expect.stringContaining("locked by the bucket policy");
    expect(JSON.parse((await cloud.get("vault.test")).text)).toEqual(["done", locked, locked, "done", "1"]);
    await cloud.clock.advance(8 * 365 * 86_400_000);
    expect(JSON.parse((await cloud.get("vault.test")).text)).toEqual(["done", "done", "done", "done", null]);
  });
});

describe("cron triggers", { timeout: 60_000 }, () => {
  it("fire once per minute that is due when the clock is advanced, also on a Worker with assets", async () => {
    const directory = mkdtempSync(join(cloud.directory, "assets-"));
    writeFileSync(join(directory, "index.html"), "home");
    const code = `export default { async scheduled(controller, env) { await env.KV.put(controller.cron + " " + new Date(controller.scheduledTime).getUTCMinutes(), "fired"); } };`;
    cloud.deploy("ticking", code, { crons: ["*/15 * * * *"], bindings: [kv("crons")] });
    cloud.deploy("ticking-assets", code, {
      crons: ["30 * * * *"],
      bindings: [kv("crons-2")],
      assets: { directory, config: {} },
    });
    await cloud.runtime.settled();
    await cloud.clock.advance(3_600_000);
    expect(Object.keys(await entries("crons")).sort()).toEqual(
      [0, 15, 30, 45].map((minute) => `*/15 * * * * ${minute}`),
    );
    expect(Object.keys(await entries("crons-2"))).toEqual(["30 * * * * 30"]);
  });

  it("count weekdays from Sunday as 1, as Cloudflare does", async () => {
    const code = `export default { async scheduled(controller, env) { await env.KV.put(String(new Date(controller.scheduledTime).getUTCDay()), "fired"); } };`;
    for (const other of ["ticking", "ticking-assets"]) cloud.remove(other);
    cloud.deploy("weekly", code, { crons: ["0 0 * * 2"], bindings: [kv("weekly")] });
    await cloud.runtime.settled();
    await cloud.clock.advance(7 * 86_400_000);
    expect(Object.keys(await entries("weekly"))).toEqual(["1"]);
  });

  it("report a handler that throws, and go on", async () => {
    cloud.deploy("bad-cron", `export default { scheduled() { throw new Error("cron broke"); } };`, {
      crons: ["* * * * *"],
    });
    await cloud.runtime.settled();
    await cloud.clock.advance(60_000);
    await eventually(() => cloud.lines.some((line) => line.includes("bad-cron ended with exception")));
    cloud.remove("bad-cron");
  });
});

describe("Durable Object alarms", { timeout: 60_000 }, () => {
  it("fire when the clock is advanced past them, and not before", async () => {
    const code = `import { DurableObject } from "cloudflare:workers";
      export class Alarmed extends DurableObject {
        set(delay) { return this.ctx.storage.setAlarm(Date.now() + delay); }
        async alarm() { await this.ctx.storage.put("fired", true); }
        async fired() { return [(await this.ctx.storage.get("fired")) ?? false, (await this.ctx.storage.getAlarm()) !== null]; }
      }
      export default { async fetch(request, env) {
        const object = env.ALARMED.getByName("one");
        return Response.json((await (new URL(request.url).pathname === "/set" ? object.set(3_600_000) : object.fired())) ?? null);
      } };`;
    cloud.deploy("alarmed", code, {
      durableObjects: [{ className: "Alarmed", id: "alarmed-namespace", sqlite: true }],
      bindings: [
        {
          type: "durable_object_namespace",
          name: "ALARMED",
          class_name: "Alarmed",
          script_key: `${accountId}/alarmed`,
          namespace_id: "alarmed-namespace",
        },
      ],
    });
    await cloud.get("alarmed.test", "/set");
    await cloud.clock.advance(1_800_000);
    expect((await cloud.get("alarmed.test")).text).toBe("[false,true]");
    await cloud.clock.advance(1_800_000);
    expect((await cloud.get("alarmed.test")).text).toBe("[true,false]");
  });
});

describe("tail Workers", { timeout: 60_000 }, () => {
  it("receive logs, exceptions and the request of the Workers they follow", async () => {
    cloud.deploy(
      "tail",
      `export default { async tail(events, env) { for (const event of events) await env.KV.put(event.outcome, JSON.stringify(
        [event.scriptName, event.logs.map(({ message }) => message), event.exceptions.map(({ name, message }) => [name, message]), event.event.request.url])); } };`,
      { bindings: [kv("tail")] },
    );
    cloud.deploy(
      "followed",
      `export default { fetch(request) { console.log("seen", 1); if (request.url.endsWith("/boom")) throw new TypeError("boom"); return new Response("ok"); } };`,
      { tailConsumers: ["tail"] },
    );
    expect((await cloud.get("followed.test", "/fine")).status).toBe(200);
    expect(await cloud.get("followed.test", "/boom")).toMatchObject({
      status: 500,
      text: expect.stringContaining("error code: 1101"),
    });
    await eventually(async () => Object.keys(await entries("tail")).length === 2);
    const { ok, exception } = await entries("tail");
    expect(JSON.parse(ok ?? "")).toEqual(["followed", [["seen", 1]], [], "http://followed.test/fine"]);
    expect(JSON.parse(exception ?? "")).toEqual([
      "followed",
      [["seen", 1]],
      [["TypeError", "boom"]],
      "http://followed.test/boom",
    ]);
  });
});
