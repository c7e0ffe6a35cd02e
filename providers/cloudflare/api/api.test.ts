import { afterEach, describe, expect, it } from "vitest";
import { type Answer, envelope, refusal, startServer } from "../../testing/http-server.ts";
import { Api, type ApiRequest } from "./api.ts";

const signal = new AbortController().signal;
let server: Awaited<ReturnType<typeof startServer>> | undefined;
afterEach(() => server?.stop());

/** A server that gives these answers in turn, the last one for good, and an API client for it. */
async function answering(...answers: readonly Answer[]) {
  let next = 0;
  const started = await startServer(() => {
    const answer = answers[Math.min(next, answers.length - 1)];
    next++;
    return answer ?? envelope(null);
  });
  server = started;
  const options = { apiToken: "t".repeat(40), requestLimit: Number.POSITIVE_INFINITY, retries: 3, retryDelayMs: 1 };
  const api = new Api({ baseUrl: started.baseUrl, ...options });
  const send = (method: ApiRequest["method"], more: Partial<ApiRequest> = {}) =>
    api.call({ method, path: "/things", signal, ...(method === "GET" ? {} : { body: { a: 1 } }), ...more });
  return { send, api, received: started.received };
}

const reset: Answer = { status: 0, reset: true };
const truncated: Answer = { status: 200, headers: { "content-type": "application/json" }, body: '{"success": tr' };

describe("an API call", () => {
  it("carries the token and gives the envelope's result", async () => {
    const { send, received } = await answering(envelope({ id: "1" }));
    expect(await send("POST")).toEqual({ id: "1" });
    expect(received[0]?.headers.authorization).toBe(`Bearer ${"t".repeat(40)}`);
    expect(JSON.parse(String(received[0]?.body))).toEqual({ a: 1 });
  });

  it("takes an answer without a body for success", async () => {
    const { send } = await answering({ status: 204 });
    expect(await send("DELETE")).toBeNull();
  });

  it("names status, request, Cloudflare's own codes and a remedy when refused", async () => {
    const { send } = await answering(refusal(403, 10000, "Authentication error"));
    await expect(send("GET")).rejects.toThrow(
      "Cloudflare answered 403 to GET /things\n  10000: Authentication error\nCheck the API token's permissions",
    );
  });

  it("takes a refusal with status 200 for what it is", async () => {
    const body = JSON.stringify({ success: false, errors: [{ code: 7003, message: "no such thing" }], result: null });
    const { send, received } = await answering({ status: 200, headers: { "content-type": "application/json" }, body });
    await expect(send("POST")).rejects.toThrow("Cloudflare refused POST /things\n  7003: no such thing");
    expect(received).toHaveLength(1);
  });

  it("is not made without a token", async () => {
    const { received } = await answering(envelope(null));
    const baseUrl = server?.baseUrl ?? "";
    const api = new Api({ baseUrl, apiToken: "", requestLimit: 1, retries: 0, retryDelayMs: 1 });
    await expect(api.call({ method: "GET", path: "/x", signal })).rejects.toThrow("Set CLOUDFLARE_API_TOKEN");
    expect(received).toEqual([]);
  });

  it("says that nothing answers at the address", async () => {
    const { api } = await answering(envelope(null));
    await server?.stop();
    server = undefined;
    await expect(api.call({ method: "GET", path: "/x", signal })).rejects.toThrow(
      /cannot be reached \(ECONNREFUSED\)\. Start the embedded cloud/,
    );
  });
});

describe("another attempt", () => {
  it.each<[string, ApiRequest["method"], Answer]>([
    ["a rate limit", "POST", refusal(429, 10429, "slow down")],
    ["a rate limit that says how long", "POST", refusal(429, 10429, "slow down", { "retry-after": "0" })],
    ["a server error", "POST", refusal(503, 0, "unavailable")],
    ["a lost connection of a PUT", "PUT", reset],
    ["a truncated answer to a GET", "GET", truncated],
  ])("follows %s", async (_, method, first) => {
    const { send, received } = await answering(first, envelope("done"));
    expect(await send(method)).toBe("done");
    expect(received).toHaveLength(2);
  });

  it("waits as long as the API asks for", async () => {
    const { send, received } = await answering(refusal(429, 1, "slow down", { "retry-after": "0.2" }), envelope(null));
    const before = performance.now();
    await send("GET");
    expect(performance.now() - before).toBeGreaterThan(150);
    expect(received).toHaveLength(2);
  });

  it.each<[string, ApiRequest["method"], Answer]>([
    ["a POST whose answer was lost: it may have made something", "POST", reset],
    ["a POST whose answer was cut off", "POST", truncated],
    ["a refusal", "PUT", refusal(400, 10014, "already exists")],
    ["a conflict", "POST", refusal(409, 10014, "already exists")],
    ["an error that the API calls final", "PUT", refusal(500, 0, "broken", { "x-should-retry": "false" })],
  ])("does not follow %s", async (_, method, first) => {
    const { send, received } = await answering(first, envelope("done"));
    await expect(send(method)).rejects.toThrow();
    expect(received).toHaveLength(1);
  });

  it("follows a lost answer to a POST that only sets something", async () => {
    const { send, received } = await answering(reset, envelope("done"));
    expect(await send("POST", { repeatable: true })).toBe("done");
    expect(received).toHaveLength(2);
  });

  it("says that the outcome is unknown when an answer was lost for good", async () => {
    const { send } = await answering(reset);
    await expect(send("POST")).rejects.toThrow(/whether it was carried out is unknown\. Run refresh/);
  });

  it("takes a 404 for done when the answer to the same DELETE was lost before", async () => {
    const { send, received } = await answering(reset, refusal(404, 7003, "not found"));
    expect(await send("DELETE")).toBeNull();
    expect(received).toHaveLength(2);
  });

  it("ends: the last failure is the one reported", async () => {
    const { send, received } = await answering(refusal(500, 1, "first"), refusal(500, 2, "again"));
    await expect(send("GET")).rejects.toThrow("2: again");
    expect(received).toHaveLength(4);
  });

  it("is not made once the engine has cancelled", async () => {
    const cancelled = new AbortController();
    const { send, received } = await answering(refusal(500, 1, "broken", { "retry-after": "60" }));
    const failed = expect(send("GET", { signal: cancelled.signal })).rejects.toThrow();
    await expect.poll(() => received.length).toBe(1);
    cancelled.abort();
    await failed;
    expect(received).toHaveLength(1);
  });
});
