import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { retrySchedule } from "../../../contracts/ops-deliveries.ts";
import { migrate } from "../../storage/migrate.ts";
import { type MemoryStorage, memoryStorage } from "../../storage/testing/memory-storage.ts";
import { DeliveryKeeper } from "./delivery-keeper.ts";
import { deliveryTables } from "./delivery-tables.ts";
import type { Attempted } from "./send-request.ts";
import { rotated, signWebhook } from "./sign-webhook.ts";

const day = 24 * 3_600_000;
const failed: Attempted = { taken: false, outcome: "the receiver answered 500" };
const taken: Attempted = { taken: true, outcome: "the receiver answered 200" };
let storage: MemoryStorage;
let now: number;
let news: string[];
/** What receivers answer next, by name; by default they take everything. */
let answers: Record<string, Attempted[]>;
let seen: string[];
beforeEach(() => {
  storage = memoryStorage();
  migrate(storage, "deliveries", [deliveryTables]);
  now = Date.parse("2026-11-26T12:00:00Z");
  news = [];
  seen = [];
  answers = {};
});

type Attempt = (name: string, message: number) => Promise<Attempted>;
const answering: Attempt = async (name, message) => {
  seen.push(`${name} ${message}`);
  return answers[name]?.shift() ?? taken;
};
/** A new one over what the one before left behind, as after an eviction. */
const keeper = (attempt: Attempt = answering) =>
  new DeliveryKeeper<string>(storage, {
    clock: { now: () => now },
    random: () => 0.5,
    attempt,
    describe: (message) => `event ${message}`,
    disabled: ({ id, reason }) => void news.push(`${id} disabled: ${reason}`),
    recovered: ({ id }) => void news.push(`${id} recovered`),
  });
const untilDone = async (last = Number.POSITIVE_INFINITY) => {
  for (let due = keeper().nextDue; due !== undefined && due <= last; due = keeper().nextDue) {
    now = Math.max(now, due);
    await keeper().run();
  }
};

describe("a delivery", () => {
  it("is tried by the schedule, and is a dead letter after its last attempt, from where it can be sent again", async () => {
    keeper().endpoints.add("a", "a");
    keeper().enqueue("a", "k", 1);
    answers.a = Array.from({ length: 8 }, () => failed);
    const at: number[] = [];
    const began = now;
    await untilDoneNoting(at);
    expect(at.map((time, index) => (time - (at[index - 1] ?? began)) / 1_000)).toEqual([0, ...retrySchedule]);
    expect(keeper().report("a")).toMatchObject({ state: "enabled", waiting: 0, dead: 1, delivered: 0 });
    const [letter] = keeper().deadLetters({ after: 0, limit: 10 }).deadLetters;
    expect(letter).toMatchObject({ endpoint: "a", what: "event 1", attempts: 8, outcome: failed.outcome });
    expect(keeper().replay("a", letter?.id)).toBe(1);
    await untilDone();
    expect(keeper().report("a")).toMatchObject({ waiting: 0, dead: 0, delivered: 1 });
    expect(news).toEqual(["a recovered"]);
    expect(() => keeper().replay("a", 1)).toThrow(/no dead letter/);
    expect(() => keeper().replay("b")).toThrow(/no receiver/);
  });

  async function untilDoneNoting(at: number[]): Promise<void> {
    for (let due = keeper().nextDue; due !== undefined; due = keeper().nextDue) {
      now = Math.max(now, due);
      at.push(now);
      await keeper().run();
    }
  }

  it("waits for those before it of its key only, and comes again when its attempt was cut short", async () => {
    keeper().endpoints.add("a", "a");
    for (const [message, key] of [
      [1, "x"],
      [2, "y"],
      [3, "x"],
    ] as const) {
      keeper().enqueue("a", key, message);
    }
    answers.a = [failed];
    await keeper().run();
    expect(seen).toEqual(["a 1", "a 2"]);
    now += 5_000;
    // The process ends between the attempt and its answer.
    void keeper(async (name, message) => {
      await answering(name, message);
      return new Promise<Attempted>(() => {});
    }).run();
    await untilDone();
    expect(seen).toEqual(["a 1", "a 2", "a 1", "a 1", "a 3"]);
  });

  it("is not held up by receivers that hang", async () => {
    for (const name of ["good", "hangs-1", "hangs-2", "hangs-3", "hangs-4"]) {
      keeper().endpoints.add(name, name);
      answers[name] = [failed];
      keeper().enqueue(name, "k", 1);
    }
    await keeper().run();
    now += 5_000;
    for (let message = 2; message < 102; message += 1) {
      for (const name of ["good", "hangs-1", "hangs-2", "hangs-3", "hangs-4"]) {
        keeper().enqueue(name, String(message), message);
      }
    }
    const hanging = keeper((name, message) =>
      name === "good" ? answering(name, message) : new Promise<Attempted>(() => {}),
    );
    seen = [];
    void hanging.run();
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(101);
  });

  it("leaves a receiver alone for as long as it asks, whatever else waits for it", async () => {
    keeper().endpoints.add("a", "a");
    keeper().enqueue("a", "x", 1);
    answers.a = [{ ...failed, wish: 3_600_000 }];
    await keeper().run();
    keeper().enqueue("a", "y", 2);
    await keeper().run();
    expect([seen, keeper().nextDue]).toEqual([["a 1"], now + 3_600_000]);
    answers.a = [{ ...failed, wish: 10 ** 12 }];
    now += 3_600_000;
    await keeper().run();
    expect((keeper().nextDue ?? 0) - now).toBe(day);
  });
});

describe("a receiver", () => {
  it("is disabled when it answers 410, and what waits for it and comes later are dead letters until it is enabled", async () => {
    keeper().endpoints.add("a", "a");
    for (const message of [1, 2, 3]) keeper().enqueue("a", "k", message);
    answers.a = [{ taken: false, outcome: "the receiver answered 410", gone: true }];
    await untilDone();
    keeper().enqueue("a", "k", 4);
    expect(keeper().report("a")).toMatchObject({ state: "disabled", reason: expect.stringMatching(/410/), dead: 4 });
    expect(() => keeper().replay("a")).toThrow(/enable it first/);
    expect(keeper().report("a").dead).toBe(4);
    keeper().endpoints.enable("a");
    expect(keeper().replay("a")).toBe(4);
    await untilDone();
    expect(seen).toEqual(["a 1", "a 1", "a 2", "a 3", "a 4"]);
  });

  it("is disabled after five days in which every attempt failed, and not when one did not", async () => {
    for (const name of ["dead", "ill"]) keeper().endpoints.add(name, name);
    for (let hour = 0; hour < 24 * 6; hour += 6) {
      for (const name of ["dead", "ill"]) keeper().enqueue(name, `k${hour}`, hour + 1);
      answers.dead = Array.from({ length: 100 }, () => failed);
      answers.ill = Array.from({ length: 3 }, () => failed);
      await untilDone(now + 6 * 3_600_000);
      now += 6 * 3_600_000;
    }
    expect(news.filter((line) => line.includes("disabled"))).toEqual([
      expect.stringMatching(/^dead disabled: every attempt of 5 days failed/),
    ]);
  });

  it("is one of two hundred at most, each under a name of its own", () => {
    const one = keeper();
    for (let index = 0; index < 200; index += 1) one.endpoints.add(`e${index}`, "e");
    expect(() => one.endpoints.add("e1", "e")).toThrow(/already/);
    expect(() => one.endpoints.add("new", "e")).toThrow(/the most/);
    one.remove("e1");
    expect(() => one.report("e1")).toThrow(/no receiver/);
  });
});

it("loses nothing and keeps the order of each key over any run of failures and restarts", async () => {
  let state = 12_345;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const names = ["a", "b", "c", "d"];
  const got = new Map(names.map((name) => [name, [] as number[]]));
  for (const name of names) keeper().endpoints.add(name, name);
  let running = keeper();
  const flaky: Attempt = async (name, message) => {
    if (name !== "a" && random() < 0.5) return failed;
    got.get(name)?.push(message);
    return random() < 0.05 ? { taken: false, outcome: "the answer was lost" } : taken;
  };
  for (let message = 1; message <= 600; message += 1) {
    for (const name of names) running.enqueue(name, `k${message % 20}`, message);
    if (message % 100 === 0) {
      running = keeper(flaky);
      await running.run();
    }
  }
  for (let due = running.nextDue; due !== undefined; due = running.nextDue) {
    now = Math.max(now, due);
    running = keeper(flaky);
    await running.run();
  }
  for (const name of names) {
    const { deadLetters } = keeper().deadLetters({ endpoint: name, after: 0, limit: 600 });
    const messages = got.get(name) ?? [];
    const dead = deadLetters.map(({ what }) => Number(what.slice("event ".length)));
    expect(new Set([...messages, ...dead]).size).toBe(600);
    for (let key = 0; key < 20; key += 1) {
      const first = [...new Set(messages.filter((message) => message % 20 === key))];
      expect(first).toEqual([...first].sort((a, b) => a - b));
    }
  }
});

describe("the signature of a webhook", () => {
  const secret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString("base64")}`;

  it("is good by the official library, by the new secret and for a while by the one before", () => {
    const body = '{"a":"ü"}';
    const at = Date.now();
    const secrets = rotated(rotated([{ secret: secret(1) }], secret(2), at - 1, at), secret(3), at + 60_000, at);
    const verify = (by: number, time: number) => {
      const headers = signWebhook({ id: "evt_1", body }, secrets, time);
      return new Webhook(secret(by)).verify(body, headers);
    };
    expect(verify(3, at)).toEqual({ a: "ü" });
    expect(verify(2, at)).toEqual({ a: "ü" });
    expect(() => verify(1, at)).toThrow(/No matching signature/);
    expect(() => verify(2, at + 60_001)).toThrow(/No matching signature/);
    const headers = signWebhook({ id: "evt_1", body }, secrets, at);
    expect(() => new Webhook(secret(3)).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(secret(3)).verify(body, { ...headers, "webhook-id": "evt_2" })).toThrow();
  });
});
