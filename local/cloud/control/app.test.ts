import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { socketAction } from "./socket-action.ts";
import { openTestCloud, scriptForm, type TestCloud } from "./test-cloud.ts";

let cloud: TestCloud;
beforeEach(() => {
  cloud = openTestCloud();
});
afterEach(() => cloud.close());

const hello = "export default { fetch() { return new Response('hi') } }";

describe("who may do what", () => {
  it("refuses a request without a token, with a malformed one, with an unknown one", async () => {
    expect(await cloud.call("GET", "/accounts", undefined, { authorization: "" })).toMatchObject({ status: 400 });
    expect(await cloud.call("GET", "/accounts", undefined, { authorization: "Bearer short" })).toMatchObject({
      status: 400,
      errors: [{ code: 6003 }, { code: 6111 }],
    });
    const unknown = { authorization: `Bearer ${"x".repeat(43)}` };
    expect(await cloud.call("GET", "/user/tokens/verify", undefined, unknown)).toMatchObject({
      status: 401,
      errors: [{ code: 1000 }],
    });
  });

  it("keeps a token to its own account and zones", async () => {
    const theirs = { authorization: `Bearer ${cloud.otherToken}` };
    for (const path of ["/accounts/:account/storage/kv/namespaces", "/accounts/:account/workers/services/x"]) {
      expect(await cloud.call("GET", path, undefined, theirs)).toMatchObject({ status: 403, errors: [{ code: 9109 }] });
    }
    const { result } = await cloud.call("GET", "/accounts");
    expect(result.map((account: { id: string }) => account.id)).toEqual([cloud.account]);
  });

  it("does not let the admin token into the API, nor an account's token into /_local", async () => {
    expect(await cloud.call("GET", "/accounts", undefined, { authorization: `Bearer ${cloud.admin}` })).toMatchObject({
      status: 401,
    });
    const local = (token: string) =>
      cloud.app.fetch(new Request("http://127.0.0.1/_local/state", { headers: { authorization: `Bearer ${token}` } }));
    expect((await local(cloud.token)).status).toBe(401);
    expect((await local(cloud.admin)).status).toBe(200);
  });

  it("lets every program read the clock, and only the admin token advance it", async () => {
    const clock = (init?: RequestInit) => cloud.app.fetch(new Request("http://127.0.0.1/_local/clock", init));
    await cloud.clock.advance(60_000);
    expect(await (await clock()).json()).toMatchObject({ aheadMilliseconds: 60_000 });
    const advance = { method: "POST", body: '{"advanceMilliseconds":1000}' };
    expect((await clock(advance)).status).toBe(401);
    expect((await clock({ ...advance, headers: { authorization: `Bearer ${cloud.token}` } })).status).toBe(401);
  });
});

describe("an unknown route", () => {
  it("answers 501 and is listed", async () => {
    expect(await cloud.call("GET", "/accounts/:account/no/such/thing")).toMatchObject({
      status: 501,
      errors: [{ code: 7000 }],
    });
    const unknown = [{ request: `GET /client/v4/accounts/${cloud.account}/no/such/thing`, times: 1 }];
    expect(cloud.requestLog.unknown()).toEqual(unknown);
    const headers = { authorization: `Bearer ${cloud.admin}` };
    const response = await cloud.app.fetch(new Request("http://127.0.0.1/_local/unknown", { headers }));
    expect(await response.json()).toEqual({ unknown });
  });
});

describe("fault rules", () => {
  it("answer a status with Retry-After, as often as they say", async () => {
    cloud.faults.add({
      method: "GET",
      path: "*/storage/kv/namespaces",
      times: 1,
      action: { type: "status", status: 429, retryAfter: 3 },
    });
    const struck = await cloud.call("GET", "/accounts/:account/storage/kv/namespaces");
    expect([struck.status, struck.response.headers.get("retry-after")]).toEqual([429, "3"]);
    expect((await cloud.call("GET", "/accounts/:account/storage/kv/namespaces")).status).toBe(200);
  });

  it("lose an acknowledgement after the write is committed", async () => {
    cloud.faults.add({ method: "POST", times: 1, action: { type: "lost-acknowledgement" } });
    const lost = await cloud.call("POST", "/accounts/:account/storage/kv/namespaces", { title: "cache" });
    expect(socketAction(lost.response)).toBe("reset");
    const again = await cloud.call("POST", "/accounts/:account/storage/kv/namespaces", { title: "cache" });
    expect(again).toMatchObject({ status: 400, errors: [{ code: 10014 }] });
  });

  it("reset before anything is written", async () => {
    cloud.faults.add({ method: "POST", times: 1, action: { type: "reset" } });
    const reset = await cloud.call("POST", "/accounts/:account/storage/kv/namespaces", { title: "cache" });
    expect(socketAction(reset.response)).toBe("reset");
    expect((await cloud.call("POST", "/accounts/:account/storage/kv/namespaces", { title: "cache" })).status).toBe(200);
  });
});

describe("the request log", () => {
  it("shows requests without their secrets", async () => {
    await cloud.call("POST", "/accounts/:account/hyperdrive/configs?token=planted-1", {
      name: "db",
      origin: { password: "planted-2" },
      bindings: [{ type: "secret_text", name: "S", text: "planted-3" }],
    });
    const text = JSON.stringify(cloud.requestLog.entries());
    expect(text).toContain("[redacted]");
    expect(text).not.toMatch(/planted|Bearer/);
    expect(text).not.toContain(cloud.token);
  });
});

describe("a script upload", () => {
  const path = "/accounts/:account/workers/scripts/svc";

  it("is tried, stored and desired, with its bindings resolved", async () => {
    const { result: namespace } = await cloud.call("POST", "/accounts/:account/storage/kv/namespaces", {
      title: "cache",
    });
    const bindings = [
      { type: "kv_namespace", name: "CACHE", namespace_id: namespace.id },
      { type: "secret_text", name: "TOKEN", text: "planted" },
    ];
    const uploaded = await cloud.call("PUT", path, scriptForm(hello, { bindings }));
    expect(uploaded).toMatchObject({ status: 200, result: { id: "svc", handlers: ["fetch"] } });
    expect(JSON.stringify(uploaded.envelope)).not.toContain("planted");
    expect(cloud.runtime).toMatchObject({ changes: 1, tried: [{ key: `${cloud.account}/svc` }] });
    expect(cloud.store.desiredState().scripts).toMatchObject([
      { key: `${cloud.account}/svc`, versions: [{ percentage: 100, spec: { mainModule: "worker.mjs", bindings } }] },
    ]);
  });

  it("survives being sent twice, migrations included", async () => {
    const metadata = {
      migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
      bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name: "Room" }],
    };
    const send = () => cloud.call("PUT", path, scriptForm(`export class Room {}\n${hello}`, metadata));
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(cloud.store.desiredState().scripts[0]?.versions[0]?.spec.durableObjects).toHaveLength(1);
  });

  it("is refused with an empty metadata part, a missing module, or code that does not start", async () => {
    const empty = new FormData();
    empty.append("metadata", "");
    expect(await cloud.call("PUT", path, empty)).toMatchObject({ status: 400 });
    expect(await cloud.call("PUT", path, scriptForm(hello, { main_module: "other.mjs" }))).toMatchObject({
      errors: [{ code: 10021 }],
    });
    cloud.runtime.verdict = () => ({ ok: false, message: "Uncaught ReferenceError: x is not defined" });
    expect(await cloud.call("PUT", path, scriptForm("x"))).toMatchObject({
      status: 400,
      errors: [{ code: 10021, message: "Uncaught ReferenceError: x is not defined" }],
    });
    expect(await cloud.call("GET", "/accounts/:account/workers/services/svc")).toMatchObject({
      status: 404,
      errors: [{ code: 10090 }],
    });
  });

  it.each([
    [{ type: "kv_namespace", name: "B", namespace_id: "0".repeat(32) }, 10041],
    [{ type: "d1", name: "B", id: "none" }, 10181],
    [{ type: "r2_bucket", name: "B", bucket_name: "none" }, 10085],
    [{ type: "service", name: "B", service: "none" }, 10143],
    [{ type: "durable_object_namespace", name: "B", class_name: "None" }, 10061],
    [{ type: "secret_text", name: "B" }, 10021],
    [{ type: "no_such_type", name: "B" }, 10021],
  ])("is refused with a binding to nothing: %o", async (binding, code) => {
    expect(await cloud.call("PUT", path, scriptForm(hello, { bindings: [binding] }))).toMatchObject({
      status: 400,
      errors: [{ code }],
    });
  });
});
