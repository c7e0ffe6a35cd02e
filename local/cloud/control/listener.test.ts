import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { controlListener } from "./listener.ts";
import { openTestCloud, type TestCloud } from "./test-cloud.ts";

let cloud: TestCloud;
let server: Server;
let base: string;

beforeEach(async () => {
  cloud = openTestCloud();
  server = createServer(controlListener(cloud.app));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4/accounts/${cloud.account}/storage/kv/namespaces`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  cloud.close();
});

function create(title: string): Promise<Response> {
  return fetch(base, {
    method: "POST",
    headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
    body: JSON.stringify({ title }),
  });
}

const titles = () =>
  cloud
    .call("GET", "/accounts/:account/storage/kv/namespaces")
    .then(({ result }) => result.map((one: { title: string }) => one.title));

describe("the listener of the control API", () => {
  it("serves", async () => {
    expect((await create("a")).status).toBe(200);
  });

  it.each([
    ["reset", []],
    ["lost-acknowledgement", ["a"]],
  ] as const)("cuts the connection for %s, after which there is %j", async (type, expected) => {
    cloud.faults.add({ method: "POST", times: 1, action: { type } });
    await expect(create("a")).rejects.toThrow(/fetch failed/);
    expect(await titles()).toEqual(expected);
  });

  it("sends half of a body and cuts the connection", async () => {
    cloud.faults.add({ method: "POST", times: 1, action: { type: "truncated-body" } });
    const response = await create("a");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(/terminated/);
    expect(await titles()).toEqual(["a"]);
  });

  it("waits for latency", async () => {
    cloud.faults.add({ method: "POST", times: 1, action: { type: "latency", milliseconds: 60 } });
    const started = performance.now();
    await create("a");
    expect(performance.now() - started).toBeGreaterThan(55);
  });
});
