import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountId, startTestPlatform, type TestPlatform, testSpec } from "../runtime/test-platform.ts";

let cloud: TestPlatform;
beforeAll(async () => {
  cloud = await startTestPlatform();
}, 60_000);
afterAll(() => cloud.stop(), 60_000);

describe("the edge", { timeout: 60_000 }, () => {
  it("shows a Worker the URL, the client and the headers that Cloudflare would", async () => {
    cloud.deploy(
      "echo",
      `export default { fetch: (request) => Response.json({ url: request.url, method: request.method, cf: request.cf.colo, headers: Object.fromEntries(request.headers) }) };`,
    );
    const { text, headers } = await cloud.get("echo.test", "/a?b=c", {
      headers: {
        "cf-connecting-ip": "6.6.6.6",
        "x-forwarded-for": "1.2.3.4",
        "x-own": "kept",
        "cf-ray": "forged",
        "mf-cf-blob": "{}",
      },
    });
    const seen = JSON.parse(text) as { url: string; cf: string; headers: Record<string, string> };
    expect(seen).toMatchObject({ url: "http://echo.test/a?b=c", method: "GET", cf: "LOC" });
    expect(seen.headers).toMatchObject({
      "cf-connecting-ip": "127.0.0.1",
      "x-forwarded-for": "1.2.3.4, 127.0.0.1",
      "x-own": "kept",
      "cf-ipcountry": "XX",
    });
    expect(seen.headers["cf-ray"]).toMatch(/^[0-9a-f]{16}-LOC$/);
    expect(headers["cf-ray"]).toBe(seen.headers["cf-ray"]);
    expect(seen.headers["mf-cf-blob"]).toBeUndefined();
  });

  it("keeps status, repeated headers and bodies of any method", async () => {
    cloud.deploy(
      "any",
      `export default { async fetch(request) {
        const headers = new Headers({ "x-method": request.method });
        headers.append("set-cookie", "a=1"); headers.append("set-cookie", "b=2");
        return new Response(request.method === "HEAD" ? null : "got " + (await request.text()), { status: 418, headers });
      } };`,
    );
    const posted = await cloud.get("any.test", "/", { method: "POST", body: "the body" });
    expect(posted).toMatchObject({ status: 418, text: "got the body", headers: { "set-cookie": ["a=1", "b=2"] } });
    expect(await cloud.get("any.test", "/", { method: "HEAD" })).toMatchObject({
      status: 418,
      text: "",
      headers: { "x-method": "HEAD" },
    });
    expect(await cloud.get("any.test", "/", { method: "DELETE" })).toMatchObject({ headers: { "x-method": "DELETE" } });
  });

  it("streams both ways without waiting for the end", async () => {
    cloud.deploy("stream", `export default { fetch: (request) => new Response(request.body) };`);
    const request = httpRequest({
      host: "127.0.0.1",
      port: cloud.edgePort,
      method: "POST",
      headers: { host: "stream.test" },
    });
    request.write("first");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const chunks = response[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe("first");
    request.end("second");
    expect(String((await chunks.next()).value)).toBe("second");
    expect((await chunks.next()).done).toBe(true);
  });

  it("lets go of a Worker when the client goes away", async () => {
    cloud.deploy(
      "endless",
      `export default { fetch() {
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        (async () => { for (;;) { await writer.write(new TextEncoder().encode("x".repeat(1000))); await scheduler.wait(5); } })().catch(() => {});
        return new Response(readable);
      } };`,
    );
    const request = httpRequest({ host: "127.0.0.1", port: cloud.edgePort, headers: { host: "endless.test" } }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    await once(response, "data");
    response.on("error", () => {});
    request.destroy();
    expect((await cloud.get("echo.test")).status).toBe(200);
  });

  it("joins WebSockets", async () => {
    cloud.deploy(
      "socket",
      `export default { fetch(request) {
        if (request.headers.get("upgrade") !== "websocket") return new Response("no upgrade", { status: 426 });
        const [client, server] = Object.values(new WebSocketPair());
        server.accept();
        server.addEventListener("message", ({ data }) => server.send("echo " + data));
        return new Response(null, { status: 101, webSocket: client });
      } };`,
    );
    expect((await cloud.get("socket.test")).status).toBe(426);
    const request = httpRequest({
      host: "127.0.0.1",
      port: cloud.edgePort,
      headers: {
        host: "socket.test",
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": Buffer.alloc(16).toString("base64"),
      },
    }).end();
    const [response, socket] = (await once(request, "upgrade")) as [IncomingMessage, Socket];
    expect(response.statusCode).toBe(101);
    // A frame with a text of five letters, masked with zeros.
    socket.write(Buffer.concat([Buffer.from([0x81, 0x85, 0, 0, 0, 0]), Buffer.from("hello")]));
    const [frame] = (await once(socket, "data")) as [Buffer];
    expect(frame.subarray(2).toString()).toBe("echo hello");
    socket.destroy();
  });

  it("holds a request to a Worker that is being deployed, and answers with what was deployed", async () => {
    const early = cloud.get("early.test").catch(() => undefined);
    expect((await early)?.status).toBe(404);
    cloud.deploy("early", `export default { fetch: () => new Response("here") };`);
    expect((await cloud.get("early.test")).text).toBe("here");
  });

  it("answers an unknown host with 404 and an unmatched host of a zone with 530, naming nothing else", async () => {
    cloud.state.routes.push({
      zoneId: "z",
      zoneName: "zone.test",
      pattern: "app.zone.test/*",
      scriptKey: `${accountId}/echo`,
    });
    cloud.state.routes.push({ zoneId: "z", zoneName: "zone.test", pattern: "app.zone.test/off/*" });
    cloud.changed();
    expect((await cloud.get("app.zone.test")).status).toBe(200);
    expect(await cloud.get("app.zone.test", "/off/x")).toMatchObject({ status: 530 });
    const unmatched = await cloud.get("other.zone.test");
    const unknown = await cloud.get("nowhere.invalid");
    expect(unmatched.status).toBe(530);
    expect(unknown.status).toBe(404);
    for (const { text } of [unmatched, unknown]) expect(text).not.toMatch(/echo|app\.zone/);
  });
});

describe("versions", { timeout: 60_000 }, () => {
  const versions = ["one", "two"].map((label) =>
    testSpec("split", `export default { fetch: () => new Response("${label}") };`),
  );
  beforeAll(() => {
    cloud.state.scripts.push({
      key: `${accountId}/split`,
      accountId,
      scriptName: "split",
      versions: versions.map((spec, index) => ({ spec, percentage: index === 0 ? 80 : 20 })),
      crons: [],
      subdomainHosts: ["split.test"],
    });
    cloud.changed();
  });

  it("share the requests by their percentages", async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => cloud.get("split.test")));
    const ones = answers.filter(({ text }) => text === "one").length;
    // 80 % of 300, give or take six standard deviations.
    expect(ones).toBeGreaterThan(240 - 42);
    expect(ones).toBeLessThan(240 + 42);
  });

  it("stay the same for requests with the same version key", async () => {
    const headers = { "cloudflare-workers-version-key": "user 7" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => cloud.get("split.test", "/", { headers })));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it("can be chosen by a header", async () => {
    for (const [index, text] of ["one", "two"].entries()) {
      const headers = { "Cloudflare-Workers-Version-Overrides": `other="x", split="${versions[index]?.versionId}"` };
      for (let time = 0; time < 5; time++) expect((await cloud.get("split.test", "/", { headers })).text).toBe(text);
    }
  });
});
