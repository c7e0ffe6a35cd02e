import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkerBinding, WorkerSpec } from "../types.ts";
import { accountId, eventually, serviceBinding, startTestPlatform, type TestPlatform } from "./test-platform.ts";

let cloud: TestPlatform;
beforeAll(async () => {
  cloud = await startTestPlatform({ compactAfter: 500, watchdog: { patience: 2000, rest: 500 } });
}, 60_000);
afterAll(() => cloud.stop(), 60_000);

const saying = (text: string): string => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;

/** A Worker with one Durable Object that counts; `label` tells versions apart. */
function counter(name: string, label: string): [code: string, options: Partial<WorkerSpec>] {
  const binding: WorkerBinding = {
    type: "durable_object_namespace",
    name: "COUNTER",
    class_name: "Counter",
    script_key: `${accountId}/${name}`,
    namespace_id: `namespace-${name}`,
  };
  const code = `import { DurableObject } from "cloudflare:workers";
    export class Counter extends DurableObject {
      async next() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n; }
      async fetch() { return new Response(${JSON.stringify(label)} + " " + (await this.next())); }
    }
    export default { fetch: (request, env) => env.COUNTER.getByName("one").fetch(request) };`;
  return [
    code,
    { bindings: [binding], durableObjects: [{ className: "Counter", id: `namespace-${name}`, sqlite: true }] },
  ];
}

interface Load {
  answers: { status: number; text: string }[];
  /** Ends the load; resolves when the last answer is there. */
  end(): Promise<{ status: number; text: string }[]>;
}

/** Asks a host again and again, `lanes` requests at a time. */
function load(host: string, lanes = 2): Load {
  const answers: Load["answers"] = [];
  let going = true;
  const running = Array.from({ length: lanes }, async () => {
    while (going) {
      const { status, text } = await cloud.get(host).catch((error: unknown) => ({ status: 0, text: String(error) }));
      answers.push({ status, text });
    }
  });
  return {
    answers,
    async end() {
      going = false;
      await Promise.all(running);
      return answers;
    },
  };
}

const failed = (answers: Load["answers"]): Load["answers"] => answers.filter(({ status }) => status !== 200);

describe("deploying", { timeout: 120_000 }, () => {
  it("answers with the new version at once, and drops no request of the Worker or of others", async () => {
    for (const name of ["steady", "changing"]) cloud.deploy(name, saying(`${name} 0`));
    cloud.deploy("caller", `export default { fetch: (request, env) => env.CHANGING.fetch("http://x/") };`, {
      bindings: [serviceBinding("CHANGING", "changing")],
    });
    await cloud.get("caller.test");
    const loads = ["steady.test", "changing.test", "caller.test"].map((host) => load(host));
    for (let version = 1; version <= 5; version++) {
      cloud.deploy("changing", saying(`changing ${version}`));
      expect((await cloud.get("changing.test")).text).toBe(`changing ${version}`);
    }
    // Processes are brought together again after a while; that must not be felt either.
    await eventually(() => cloud.children.all().length <= 3, 30_000);
    const ended = await Promise.all(loads.map((one) => one.end()));
    for (const answers of ended) {
      expect(answers.length).toBeGreaterThan(20);
      expect(failed(answers)).toEqual([]);
    }
    expect(new Set(ended[0]?.map(({ text }) => text))).toEqual(new Set(["steady 0"]));
  });

  it("moves Durable Objects to a new version without losing or repeating a step, and drops no call", async () => {
    cloud.deploy("counting", ...counter("counting", "v0"));
    const [, { bindings = [] }] = counter("counting", "");
    // One calls the objects by fetch, the other by a method (RPC).
    cloud.deploy("remote", `export default { fetch: (request, env) => env.COUNTER.getByName("one").fetch(request) };`, {
      bindings,
    });
    const method = `export default { async fetch(request, env) { return new Response("rpc " + (await env.COUNTER.getByName("one").next())); } };`;
    cloud.deploy("remote-method", method, { bindings });
    await cloud.get("counting.test");
    const loads = ["counting.test", "remote.test", "remote-method.test"].map((host) => load(host));
    for (let version = 1; version <= 3; version++) {
      cloud.deploy("counting", ...counter("counting", `v${version}`));
      expect((await cloud.get("counting.test")).text).toMatch(new RegExp(`^v${version} `));
    }
    const answers = (await Promise.all(loads.map((one) => one.end()))).flat();
    expect(failed(answers)).toEqual([]);
    const last = Number((await cloud.get("counting.test")).text.split(" ")[1]);
    const steps = answers.map(({ text }) => Number(text.split(" ")[1]));
    expect(new Set(steps).size).toBe(steps.length);
    expect(last).toBeGreaterThanOrEqual(answers.length);
  });

  it("keeps Durable Objects through a class that is renamed, and forgets those of one that is deleted", async () => {
    cloud.deploy("migrating", ...counter("migrating", "old"));
    expect((await cloud.get("migrating.test")).text).toBe("old 1");
    const [code, options] = counter("migrating", "renamed");
    cloud.deploy("migrating", code.replace("class Counter", "class Renamed"), {
      bindings: (options.bindings ?? []).map((binding) => ({ ...binding, class_name: "Renamed" })),
      durableObjects: [{ className: "Renamed", id: "namespace-migrating", sqlite: true }],
    });
    expect((await cloud.get("migrating.test")).text).toBe("renamed 2");
    cloud.deploy("migrating", saying("no objects"));
    await cloud.runtime.dropStorage("durable-object", "namespace-migrating");
    cloud.deploy("migrating", ...counter("migrating", "again"));
    expect((await cloud.get("migrating.test")).text).toBe("again 1");
  });

  it("stops answering for a Worker that is removed", async () => {
    cloud.deploy("leaving", saying("here"));
    expect((await cloud.get("leaving.test")).text).toBe("here");
    cloud.remove("leaving");
    expect((await cloud.get("leaving.test")).status).toBe(404);
  });
});

describe("a broken Worker", { timeout: 120_000 }, () => {
  it("that does not start is named on its host, and those deployed with it serve", async () => {
    cloud.deploy("well", saying("well"));
    cloud.deploy("ill", "export default { fetch: () => nothing }; throw new Error('broken at start');");
    cloud.deploy("well-too", saying("well too"));
    expect((await cloud.get("well.test")).text).toBe("well");
    expect((await cloud.get("well-too.test")).text).toBe("well too");
    const answer = await cloud.get("ill.test");
    expect(answer).toMatchObject({
      status: 500,
      text: expect.stringMatching(/1101.*ill does not start.*broken at start/s),
    });
    cloud.deploy("ill", saying("cured"));
    expect((await cloud.get("ill.test")).text).toBe("cured");
    cloud.remove("ill");
  });

  it("that throws answers 1101 each time, and nothing else is touched", async () => {
    cloud.deploy("thrower", `export default { fetch() { throw new Error("private detail"); } };`);
    const answer = await cloud.get("thrower.test", "/", { headers: { accept: "text/html" } });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("1101");
    expect(answer.text).not.toContain("private detail");
    expect((await cloud.get("well.test")).text).toBe("well");
  });

  it("that answers 500 itself is passed on as it is", async () => {
    cloud.deploy("honest", `export default { fetch: () => new Response("Internal Server Error", { status: 500 }) };`);
    expect(await cloud.get("honest.test")).toMatchObject({ status: 500, text: "Internal Server Error" });
  });

  it("that hangs is ended, answers 1102 and comes back, while others only wait for a moment", async () => {
    cloud.deploy(
      "hanging",
      `export default { fetch(request) { if (request.url.endsWith("/loop")) for (;;); return new Response("fine"); } };`,
    );
    cloud.deploy("beside", saying("beside"));
    expect((await cloud.get("hanging.test")).text).toBe("fine");
    const others = [load("beside.test", 1), load("well.test", 1)];
    const looped = await cloud.get("hanging.test", "/loop");
    expect(looped).toMatchObject({ status: 503, text: expect.stringContaining("1102") });
    for (const answers of await Promise.all(others.map((one) => one.end()))) expect(failed(answers)).toEqual([]);
    expect((await cloud.get("beside.test")).text).toBe("beside");
    await eventually(async () => (await cloud.get("hanging.test")).text === "fine");
    // From now on it is alone, so that the next loop is nobody else's business.
    const calm = load("beside.test", 1);
    expect((await cloud.get("hanging.test", "/loop")).status).toBe(503);
    expect(failed(await calm.end())).toEqual([]);
    cloud.remove("hanging");
  });

  it("that hangs in a call from another process is found too, and its neighbour is not blamed", async () => {
    cloud.deploy(
      "called",
      `export default { fetch(request) { if (request.url.endsWith("/loop")) for (;;); return new Response("fine"); } };`,
    );
    cloud.deploy("neighbour", saying("neighbour"));
    expect((await cloud.get("called.test")).text).toBe("fine");
    const code = `export default { fetch: (request, env) => env.CALLED.fetch(request.url).catch((error) => new Response("caught " + error.message)) };`;
    cloud.deploy("loop-caller", code, { bindings: [serviceBinding("CALLED", "called")] });
    expect((await cloud.get("loop-caller.test")).text).toBe("fine");
    const steady = load("neighbour.test", 1);
    expect((await cloud.get("loop-caller.test", "/loop")).text).toMatch(/^caught /);
    expect(failed(await steady.end())).toEqual([]);
    await eventually(async () => (await cloud.get("called.test")).text === "fine");
    expect((await cloud.get("loop-caller.test")).text).toBe("fine");
  });
});

describe("a process that is killed", { timeout: 120_000 }, () => {
  it("comes back, and calls wait for it", async () => {
    cloud.deploy("survivor", ...counter("survivor", "v"));
    cloud.deploy("plain", saying("plain"));
    expect((await cloud.get("survivor.test")).text).toBe("v 1");
    await cloud.get("plain.test");
    for (const child of cloud.children.all()) child.kill("SIGKILL");
    expect((await cloud.get("survivor.test")).text).toBe("v 2");
    expect((await cloud.get("plain.test")).text).toBe("plain");
  });

  it("loses nothing of KV, R2, D1, Durable Objects and queues that was acknowledged", async () => {
    const d1 = cloud.runtime.d1("durable");
    await d1.query("CREATE TABLE t (a INTEGER)", []);
    cloud.queue("durable", { deliveryPaused: true });
    cloud.deploy("durable", ...counter("durable", "v"));
    for (let round = 1; round <= 3; round++) {
      await cloud.runtime.kv("durable").put(`key ${round}`, { value: Buffer.from(`value ${round}`) });
      await cloud.runtime.r2("durable").put(`key ${round}`, Buffer.from(`value ${round}`));
      await d1.query("INSERT INTO t VALUES (?)", [round]);
      await cloud.runtime.queue("queue-durable").send([{ body: `message ${round}`, contentType: "text" }]);
      expect((await cloud.get("durable.test")).text).toBe(`v ${round}`);
      for (const child of cloud.children.all()) child.kill("SIGKILL");
      await eventually(() => cloud.runtime.kv("durable").list({}));
      expect(Buffer.from((await cloud.runtime.kv("durable").get(`key ${round}`))?.value ?? []).toString()).toBe(
        `value ${round}`,
      );
      expect((await cloud.runtime.r2("durable").get(`key ${round}`))?.body.toString()).toBe(`value ${round}`);
      expect((await d1.query("SELECT count(*) AS n FROM t", []))[0]?.results).toEqual([{ n: round }]);
    }
  });

  it("keeps everything over a stop and a start of the whole runtime", async () => {
    const first = await startTestPlatform({ directory: `${cloud.directory}-again` });
    first.deploy("kept", ...counter("kept", "v"));
    expect((await first.get("kept.test")).text).toBe("v 1");
    await first.runtime.kv("kept").put("a", { value: Buffer.from("b") });
    const queue = first.queue("kept", { deliveryPaused: true });
    await first.runtime.queue(queue.id).send([{ body: "waiting", contentType: "text" }]);
    await first.stop();
    const second = await startTestPlatform({ directory: first.directory, state: first.state });
    try {
      expect((await second.get("kept.test")).text).toBe("v 2");
      expect(Buffer.from((await second.runtime.kv("kept").get("a"))?.value ?? []).toString()).toBe("b");
      const kept: WorkerBinding = { type: "kv_namespace", name: "KV", namespace_id: "kept" };
      const code = `export default { async queue(batch, env) { await env.KV.put("message", batch.messages[0].body); } };`;
      second.deploy("kept-consumer", code, { bindings: [kept] });
      const consumer = {
        id: "c",
        scriptKey: `${accountId}/kept-consumer`,
        maxBatchSize: 1,
        maxBatchTimeout: 0,
        maxRetries: 0,
        retryDelay: 0,
      };
      second.state.queues = [{ ...queue, deliveryPaused: false, consumers: [consumer] }];
      second.changed();
      await eventually(
        async () => Buffer.from((await second.runtime.kv("kept").get("message"))?.value ?? []).toString() === "waiting",
      );
    } finally {
      await second.stop();
    }
  });
});
