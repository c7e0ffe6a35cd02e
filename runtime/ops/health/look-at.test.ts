import { describe, expect, it } from "vitest";
import { OutboundError } from "../outbound/fetch-safely.ts";
import { type Look, lookAt } from "./look-at.ts";

const url = "https://finance.chitty.cc/health";
const health: Look = { url, status: 200, body: { json: "ok" } };
const found = (look: Look, response: Response) =>
  lookAt(look, async () => ({ status: response.status, headers: response.headers, body: await response.text() }), 7);

describe("a look at a service", () => {
  it("is good by its status and body, with the latency", async () => {
    expect(await found(health, Response.json({ status: "ok", version: 3 }))).toMatchObject({
      at: 7,
      good: true,
      latency: expect.any(Number),
    });
    expect(await found({ ...health, body: { json: "healthy" } }, Response.json({ status: "healthy" }))).toMatchObject({
      good: true,
    });
    const page = { url, status: 200, body: { text: "<title>" } };
    expect(await found(page, new Response("<html><title>Gateway</title>"))).toMatchObject({ good: true });
    expect(await found({ url, status: 401 }, new Response(null, { status: 401 }))).toMatchObject({ good: true });
  });

  it.each([
    [Response.json({ status: "degraded" }), "unhealthy", /"degraded" where "ok"/],
    [Response.json({ status: 1 }), "unhealthy", /no status/],
    [Response.json(["ok"]), "unhealthy", /no status/],
    [new Response("<html>ok</html>"), "unhealthy", /no status/],
    [new Response(null, { status: 204 }), "unhealthy", /answers 204/],
    [new Response(null, { status: 503 }), "unhealthy", /answers 503/],
    [new Response(null, { status: 522 }), "unreachable", /answers 522/],
    [
      new Response(null, { status: 302, headers: { location: "https://login.example/?secret=1" } }),
      "unverifiable",
      /redirect to https:\/\/login\.example$/,
    ],
    [new Response(null, { status: 308, headers: { location: "http://" } }), "unverifiable", /to nowhere/],
  ])("is bad otherwise, and says why: %#", async (response, fault, detail) => {
    expect(await found(health, response)).toMatchObject({ good: false, fault, detail: expect.stringMatching(detail) });
  });

  it("is bad without an answer, and a bug of ours is no fault of theirs", async () => {
    const failing = (error: Error) =>
      lookAt(
        health,
        async () => {
          throw error;
        },
        7,
      );
    expect(await failing(new OutboundError("no answer within 5 s", false))).toMatchObject({ fault: "unreachable" });
    await expect(failing(new TypeError("ours"))).rejects.toThrow("ours");
  });
});
