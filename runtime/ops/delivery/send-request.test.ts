import type { ServerResponse } from "node:http";
import { afterEach, expect, it } from "vitest";
import { type Received, type Receiver, receiver } from "../testing/receiver.ts";
import { sendRequest } from "./send-request.ts";

const open: Receiver[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const listen = async (answer?: (received: Received, response: ServerResponse) => void) => {
  const one = await receiver(answer);
  open.push(one);
  return one;
};
const send = (url: string, options: { local?: boolean; timeout?: number } = {}) =>
  sendRequest(
    { url, headers: { "content-type": "application/json" }, body: "{}" },
    { local: true, now: 0, ...options },
  );

it("delivers what a receiver takes", async () => {
  const { url, received } = await listen();
  expect(await send(`${url}/hooks`)).toEqual({ taken: true, outcome: "the receiver answered 204" });
  expect(received).toMatchObject([{ path: "/hooks", body: "{}", headers: { "content-type": "application/json" } }]);
});

it("fails with a receiver that hangs, before its head and in the middle of its answer", async () => {
  const silent = await listen(() => {});
  const stops = await listen((_, response) => void response.writeHead(200).write("x"));
  for (const { url } of [silent, stops]) {
    expect(await send(url, { timeout: 50 })).toEqual({ taken: false, outcome: "no answer within 0.05 s" });
  }
});

it("fails with a redirect, and does not go there", async () => {
  const target = await listen();
  const { url } = await listen((_, response) => void response.writeHead(307, { location: target.url }).end());
  expect(await send(url)).toEqual({
    taken: false,
    outcome: "the receiver answered 307: redirects are not followed",
  });
  expect(target.received).toEqual([]);
});

it("cuts an answer of 10 MB short", async () => {
  let written = 0;
  let closed: () => void = () => {};
  const cut = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const { url } = await listen((_, response) => {
    response.writeHead(200);
    response.on("close", () => closed());
    const part = Buffer.alloc(64 * 1_024, "x");
    const more = () => {
      while (written < 10 * 2 ** 20 && !response.destroyed) {
        written += part.length;
        if (!response.write(part)) return;
      }
    };
    response.on("drain", more);
    more();
  });
  expect(await send(url)).toMatchObject({ taken: true });
  await cut;
  expect(written).toBeLessThan(10 * 2 ** 20);
});

it("hears 410, and how long a receiver wants to be left alone", async () => {
  const answers: [number, Record<string, string>, object][] = [
    [410, {}, { gone: true }],
    [429, { "retry-after": "120" }, { gone: false, wish: 120_000 }],
    [503, { "retry-after": "Thu, 01 Jan 1970 00:01:00 GMT" }, { wish: 60_000 }],
    [503, { "retry-after": "soon" }, { gone: false }],
    [500, { "retry-after": "120" }, { gone: false }],
    [404, {}, { gone: false }],
  ];
  for (const [status, headers, expected] of answers) {
    const { url } = await listen((_, response) => void response.writeHead(status, headers).end());
    const met = await send(url);
    expect(met).toMatchObject({ taken: false, ...expected });
    expect("wish" in met).toBe("wish" in expected);
  }
});

it.each([
  "http://127.0.0.1:1/",
  "https://127.0.0.1/",
  "https://10.0.0.1/",
  "https://[::1]/",
  "https://169.254.169.254/latest/meta-data",
  "https://localhost/",
  "https://db.internal/",
  "https://user:secret@receiver.example/",
])("asks nobody at %s outside local, and says why without the secret", async (url) => {
  const met = await send(url, { local: false });
  expect(met).toMatchObject({ taken: false, outcome: expect.stringMatching(/^the address /) });
  expect(met.outcome).not.toContain("secret");
});

it("fails when nobody listens", async () => {
  const { url, close } = await receiver();
  await close();
  expect(await send(url)).toMatchObject({ taken: false, outcome: expect.stringMatching(/connection failed/) });
});
