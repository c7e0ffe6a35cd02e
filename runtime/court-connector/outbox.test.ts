import { createLocalJWKSet, jwtVerify } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { KeyRing } from "../documents/key-ring.ts";
import { signRequest } from "../signed-request/signed-request.ts";
import { type MemoryStorage, memoryStorage } from "../storage/testing/memory-storage.ts";
import { delayAfter, mostAttempts } from "./backoff.ts";
import { courtKey, courtPublicKeys } from "./court-keys.ts";
import { type Deliver, Outbox } from "./outbox.ts";

let storage: MemoryStorage;
let now: number;
let random: number;
/** A court that takes a filing once by its key, and answers as it is told. */
let court: { taken: Map<string, string>; seen: string[]; answers: (() => Response)[] };
beforeEach(() => {
  storage = memoryStorage();
  now = Date.parse("2026-11-26T12:00:00Z");
  random = 0.5;
  court = { taken: new Map(), seen: [], answers: [] };
});

/** A new object over what the one before left behind, as after an eviction. */
const outbox = () => new Outbox(storage, { clock: { now: () => now }, random: () => random });
const deliver: Deliver = async ({ key, body }) => {
  court.seen.push(key);
  const answer = court.answers.shift();
  if (answer !== undefined) return answer();
  court.taken.set(key, body);
  return new Response("receipt 17", { status: 201 });
};
const waitUntilDue = () => {
  now = outbox().nextDue ?? now;
};
const lost = (key: string, body: string) => () => {
  court.taken.set(key, body);
  throw new Error("the connection was reset");
};

describe("the outbox to the court", () => {
  it("keeps a filing from its acknowledgement until the court has it, with the receipt", async () => {
    expect(outbox().submit("a", "{}")).toMatchObject({ state: "waiting", attempts: 0 });
    await outbox().attempt(deliver);
    expect(outbox().list(undefined, 10)).toMatchObject([
      { key: "a", state: "delivered", attempts: 1, receipt: "receipt 17" },
    ]);
    expect(outbox().nextDue).toBeUndefined();
  });

  it("takes the same filing once, and refuses another under its key", async () => {
    outbox().submit("a", "{}");
    outbox().submit("a", "{}");
    expect(() => outbox().submit("a", '{"other":1}')).toThrow(/key of its own/);
    await outbox().attempt(deliver);
    outbox().submit("a", "{}");
    await outbox().attempt(deliver);
    expect(court.seen).toEqual(["a"]);
  });

  it("sends again under the same key when the answer was lost, and when the object was evicted in between", async () => {
    outbox().submit("a", "{}");
    court.answers = [lost("a", "{}")];
    await outbox().attempt(deliver);
    expect(outbox().list(undefined, 10)).toMatchObject([
      { state: "waiting", lastOutcome: expect.stringContaining("reset") },
    ]);
    waitUntilDue();
    // Evicted after the court took it and before that was noted: the attempt never returns.
    void outbox().attempt(async (filing) => {
      await deliver(filing, now);
      return new Promise<Response>(() => {});
    });
    await outbox().attempt(deliver);
    expect(court.seen).toEqual(["a", "a", "a"]);
    expect(court.taken.size).toBe(1);
    expect(outbox().list("delivered", 10)).toHaveLength(1);
  });

  it("loses nothing over any run of failures, and delivers in order of submission", async () => {
    for (let index = 0; index < 30; index += 1) outbox().submit(`filing-${index}`, String(index));
    const failures = [
      () => new Response(null, { status: 503 }),
      lost("filing-0", "0"),
      () => new Response(null, { status: 429 }),
    ];
    court.answers = Array.from({ length: 40 }, (_, index) => failures[index % 3] ?? (() => new Response()));
    while (outbox().nextDue !== undefined) {
      waitUntilDue();
      await outbox().attempt(deliver);
    }
    expect(
      outbox()
        .list("delivered", 100)
        .map(({ key }) => key),
    ).toEqual(Array.from({ length: 30 }, (_, index) => `filing-${index}`));
  });

  it("waits longer each time, with jitter, and at least as long as the court asks for", async () => {
    outbox().submit("a", "{}");
    court.answers = [503, 503, 503].map((status) => () => new Response(null, { status }));
    const waits: number[] = [];
    for (random of [0, 1, 0.5]) {
      await outbox().attempt(deliver);
      waits.push((outbox().nextDue ?? 0) - now);
      waitUntilDue();
    }
    expect(waits).toEqual([2_500, 10_000, 15_000]);
    court.answers = [() => new Response(null, { status: 429, headers: { "retry-after": "3600" } })];
    await outbox().attempt(deliver);
    expect((outbox().nextDue ?? 0) - now).toBe(3_600_000);
    waitUntilDue();
    const date = new Date(now + 7_200_000).toUTCString();
    court.answers = [() => new Response(null, { status: 503, headers: { "retry-after": date } })];
    await outbox().attempt(deliver);
    expect(outbox().nextDue).toBe(Date.parse(date));
    expect(delayAfter(19, 1, undefined)).toBe(6 * 3_600_000);
    expect(delayAfter(1, 1, 10 ** 12)).toBe(24 * 3_600_000);
  });

  it("attempts nothing before it is due", async () => {
    outbox().submit("a", "{}");
    court.answers = [() => new Response(null, { status: 503 })];
    await outbox().attempt(deliver);
    outbox().submit("b", "{}");
    await outbox().attempt(deliver);
    expect(court.seen).toEqual(["a", "b"]);
  });

  it("gives up what the court refuses or never takes, keeps it as a dead letter, and tries it again when told", async () => {
    outbox().submit("refused", "{}");
    court.answers = [() => new Response("no such case", { status: 422 })];
    await outbox().attempt(deliver);
    expect(outbox().list("dead", 10)).toMatchObject([
      { key: "refused", lastOutcome: "the court answered 422", dueAt: null },
    ]);
    outbox().submit("never", "{}");
    court.answers = Array.from({ length: mostAttempts }, () => () => new Response(null, { status: 500 }));
    while (outbox().nextDue !== undefined) {
      waitUntilDue();
      await outbox().attempt(deliver);
    }
    expect(outbox().list("dead", 10)).toMatchObject([{ key: "refused" }, { key: "never", attempts: mostAttempts }]);
    expect(() => outbox().replay("absent")).toThrow(/no filing/);
    expect(outbox().replay("never")).toMatchObject({ state: "waiting", attempts: 0 });
    expect(() => outbox().replay("never")).toThrow(/only dead letters/);
    await outbox().attempt(deliver);
    expect(outbox().list("delivered", 10)).toMatchObject([{ key: "never" }]);
  });

  it("follows no redirect, and reads no more of an answer than it keeps", async () => {
    outbox().submit("moved", "{}");
    court.answers = [() => new Response(null, { status: 307, headers: { location: "http://elsewhere.test" } })];
    await outbox().attempt(deliver);
    expect(outbox().list("dead", 10)).toMatchObject([{ lastOutcome: "the court answered 307" }]);
    outbox().submit("long", "{}");
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new TextEncoder().encode("x".repeat(1_000)));
      },
    });
    court.answers = [() => new Response(endless)];
    await outbox().attempt(deliver);
    expect(outbox().list("delivered", 10)[0]?.receipt).toHaveLength(2_000);
    expect(pulled).toBeLessThan(10);
    expect(() => outbox().submit("big", "x".repeat(2 ** 19))).toThrow(/at most/);
  });
});

describe("the signature of a filing", () => {
  it("is good by the published key for this request only, and derived anew for each version", async () => {
    const ring = new KeyRing(JSON.stringify({ 1: "a".repeat(40), 2: "b".repeat(40) }));
    const published = await courtPublicKeys(ring);
    expect(published.keys.map(({ kid, d }) => [kid, d])).toEqual([
      ["court-1", undefined],
      ["court-2", undefined],
    ]);
    const { key, kid } = await courtKey(ring, 2);
    const parts = { method: "POST", url: "https://efile.test/filings?x=1", body: "{}" };
    const signer = { key, header: { alg: "EdDSA", kid }, issuer: "court", audience: "efile" };
    const { authorization = "" } = await signRequest(parts, signer, "key-1", Date.now());
    const { payload, protectedHeader } = await jwtVerify(authorization.slice(7), createLocalJWKSet(published), {
      audience: "efile",
    });
    expect(protectedHeader.kid).toBe("court-2");
    expect(payload).toMatchObject({ htm: "POST", htu: "https://efile.test/filings", jti: "key-1", iss: "court" });
  });
});
