import { beforeEach, describe, expect, it } from "vitest";
import { type CloudEvent, cloudEvent } from "../../../contracts/ops-events.ts";
import { type RolloutRequest, rolloutRequest } from "../../../contracts/ops-rollouts.ts";
import type { ReleaseReport } from "../../../contracts/ops-sync.ts";
import { randomOf } from "../../../tests/harness/sample.ts";
import { memoryNamespace } from "../../storage/testing/memory-namespace.ts";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import { stateOf } from "../sync/testing/sync-plane.ts";
import { RolloutKeeper } from "./rollout-keeper.ts";

const minute = 60_000;
const families = ["chitty-apps", "cook-county"];
const populations = { "chitty-apps": 200, "cook-county": 40 };
let now: number;
let storage: ReturnType<typeof memoryStorage>;
let keeper: RolloutKeeper;
/** The counter of what each child has applied. */
const has = new Map<string, number>();

beforeEach(() => {
  has.clear();
  published = [];
  now = Date.parse("2026-11-26T12:00:00Z");
  storage = memoryStorage();
  keeper = new RolloutKeeper(storage, { now: () => now });
});

const start = (given: Partial<RolloutRequest> = {}) =>
  keeper.start(
    rolloutRequest.parse({
      service: "lite-child",
      kind: "configuration",
      content: { requestsPerDay: 10 },
      waves: [{ percent: 5 }, { percent: 100 }],
      failurePercent: 0,
      ...given,
    }),
    families,
    populations,
    "operator@chitty.cc",
  );
const nameOf = (index: number, family = "chitty-apps") => ({ family, child: `app-${index}` });
function ask(index: number, family?: string): number[] {
  const name = nameOf(index, family);
  const configuration = has.get(`${name.family}/${name.child}`) ?? 0;
  return keeper.offer(name, stateOf({ configuration })).map(({ counter }) => counter);
}
function report(index: number, state: ReleaseReport["state"], counter = 1, family?: string): void {
  const name = nameOf(index, family);
  if (state === "applied") has.set(`${name.family}/${name.child}`, counter);
  keeper.report(name, [{ kind: "configuration", counter, state }]);
}
const standing = () => keeper.ofService("lite-child")[0];
const offered = (count: number, family?: string) =>
  Array.from({ length: count }, (_, index) => index).filter((index) => ask(index, family).length > 0);
const progress = () =>
  Object.fromEntries((standing()?.progress ?? []).map((of) => [`${of.wave} ${of.family} ${of.state}`, of.children]));

let published: CloudEvent[] = [];

async function raised(): Promise<string[]> {
  const heard: string[] = [];
  const desk = {
    raise: async ({ fingerprint, description }: { fingerprint: string; description: string }) => {
      heard.push(`raise ${fingerprint}: ${description.split(";")[0]}`);
      return { id: fingerprint, opened: true };
    },
    clear: async (fingerprint: string) => void heard.push(`clear ${fingerprint}`),
  };
  const hub = {
    publishAll: async (events: CloudEvent[]) => {
      published.push(...events.map((event) => cloudEvent.parse(event)));
      return { value: [] };
    },
  };
  while (!keeper.outbox.empty)
    await keeper.outbox.handOver({ desk, hub, source: "https://ops.chitty.cc/api/v1/rollouts" });
  return heard;
}

describe("a rollout", () => {
  it("offers a wave to its share of each family and to nobody more, whoever asks again", () => {
    start();
    expect([offered(200), offered(40, "cook-county")].map(({ length }) => length)).toEqual([10, 2]);
    expect(offered(200)).toHaveLength(10);
    report(0, "applied");
    expect(ask(0)).toEqual([]);
    expect(progress()).toEqual({ "1 chitty-apps applied": 1, "1 chitty-apps offered": 9, "1 cook-county offered": 2 });
  });

  it("holds the limit when children ask and report at the same time, and after it was made anew", async () => {
    start({ mostAtOnce: 7, failurePercent: 100, waves: [{ percent: 50 }, { percent: 100 }] });
    const desk = memoryNamespace(() => ({
      ask: (index: number) => ask(index),
      report: (index: number, state: ReleaseReport["state"]) => report(index, state),
    })).getByName("only");
    const random = randomOf("concurrent reports");
    const flying = new Set<number>();
    let most = 0;
    for (let round = 0; round < 60; round++) {
      const asking = Array.from({ length: 30 }, () => Math.floor(random() * 200));
      await Promise.all([
        ...asking.map(async (index) => {
          if ((await desk.ask(index)).length > 0) flying.add(index);
          most = Math.max(most, flying.size);
        }),
        ...[...flying]
          .filter(() => random() < 0.5)
          .map(async (index) => {
            // It is no more in flight from the moment at which the desk knows.
            const told = desk.report(index, random() < 0.8 ? "applied" : "failed");
            flying.delete(index);
            await told;
          }),
      ]);
      if (round === 30) keeper = new RolloutKeeper(storage, { now: () => now });
      const inFlight = (standing()?.progress ?? []).filter(({ state }) => state === "offered" || state === "applying");
      expect(inFlight.reduce((total, { children }) => total + children, 0)).toBeLessThanOrEqual(7);
      const all = (standing()?.progress ?? []).filter(({ wave }) => wave === 1);
      expect(all.reduce((total, { children }) => total + children, 0)).toBeLessThanOrEqual(100);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(14);
  });

  it("goes on to the next wave when the one before is over, and ends with the last", () => {
    start();
    for (const index of offered(200)) report(index, "applied");
    expect(standing()).toMatchObject({ wave: 1, state: "running" });
    for (const index of offered(40, "cook-county")) report(index, "applied", 1, "cook-county");
    expect(standing()).toMatchObject({ wave: 2 });
    for (let round = 0; round < 3; round++) for (const index of offered(200)) report(index, "applied");
    for (const index of offered(40, "cook-county")) report(index, "applied", 1, "cook-county");
    expect(standing()).toMatchObject({ state: "done" });
    // Who comes later gets it too.
    expect(ask(999)).toEqual([1]);
  });

  it("goes on without children that never come, once everybody had a turn", () => {
    start({ waves: [{ families: ["chitty-apps"], percent: 5 }, { percent: 100 }] });
    report(ask(3).length === 1 ? 3 : -1, "applied");
    now += 10 * minute;
    keeper.check();
    expect(standing()).toMatchObject({ wave: 1 });
    now += 2 * minute;
    expect(keeper.nextDue).toBeLessThanOrEqual(now);
    keeper.check();
    expect(standing()).toMatchObject({ wave: 2 });
    expect(keeper.nextDue).toBeGreaterThan(now);
  });

  it("offers again, a few times, what a child has lost that said that it applied it", () => {
    start();
    expect(ask(0)).toEqual([1]);
    for (let time = 0; time < 2; time++) {
      report(0, "applied");
      has.clear();
      expect(ask(0)).toEqual([1]);
    }
    report(0, "applied");
    has.clear();
    expect(ask(0)).toEqual([]);
  });

  it("orders waves by family", () => {
    start({ waves: [{ families: ["cook-county"], percent: 100 }, { percent: 100 }] });
    expect(offered(5)).toEqual([]);
    for (const index of offered(40, "cook-county")) report(index, "applied", 1, "cook-county");
    expect(offered(5)).toHaveLength(5);
  });
});

describe("what becomes of an offer", () => {
  it("is kept apart: offered, applying, applied, failed, rolled back", async () => {
    start({ failurePercent: 100 });
    expect(offered(5)).toHaveLength(5);
    report(1, "applying");
    report(2, "applied");
    report(3, "failed");
    report(4, "rolled-back");
    expect(progress()).toEqual(
      Object.fromEntries(
        ["offered", "applying", "applied", "failed", "rolled-back"].map((of) => [`1 chitty-apps ${of}`, 1]),
      ),
    );
    // What comes late or twice changes nothing that is over, and what was never offered is not believed.
    report(2, "applying");
    report(77, "applied");
    keeper.report(nameOf(0), [{ kind: "update", counter: 1, state: "applied" }]);
    expect(progress()).toMatchObject({ "1 chitty-apps applied": 1, "1 chitty-apps offered": 1 });
    expect(await raised()).toEqual([]);
  });

  it("is failure when nothing is heard in time, whether it was asked for again or not", async () => {
    start({ answerSeconds: 600 });
    ask(0);
    now += 5 * minute;
    expect(ask(0)).toEqual([1]);
    report(0, "applying");
    now += 5 * minute;
    expect(keeper.nextDue).toBe(now);
    expect(ask(0)).toEqual([]);
    keeper.check();
    expect(progress()).toEqual({ "1 chitty-apps silent": 1 });
    expect(standing()).toMatchObject({ state: "halted", reason: "1 of 12 children of wave 1 failed" });
    expect(await raised()).toEqual(["raise rollout-halted/lite-child/1: 1 of 12 children of wave 1 failed"]);
    // It was slow, not dead: the record says so, and the rollout waits for somebody all the same.
    report(0, "applied");
    expect(progress()).toEqual({ "1 chitty-apps applied": 1 });
    expect(standing()?.state).toBe("halted");
  });
});

describe("a bad wave", () => {
  it("halts at more than the share that may fail, offers nothing more, and is one incident", async () => {
    start({ failurePercent: 10, waves: [{ families: ["chitty-apps"], percent: 10 }, { percent: 100 }] });
    const wave = offered(200);
    expect(wave).toHaveLength(20);
    for (const index of wave.slice(0, 2)) report(index, "failed");
    expect(standing()?.state).toBe("running");
    report(wave[2] ?? 0, "rolled-back");
    expect(standing()).toMatchObject({ state: "halted", reason: "3 of 20 children of wave 1 failed" });
    for (const index of wave.slice(3, 9)) report(index, "failed");
    expect(offered(200)).toEqual([]);
    expect(keeper.current().map(({ open }) => open)).toEqual([false, false]);
    expect(await raised()).toHaveLength(1);
  });

  it("goes on when somebody says so, and halts again if it gets worse", async () => {
    start();
    const wave = offered(200);
    report(wave[0] ?? 0, "failed");
    expect(() => keeper.setPaused("lite-child", true, "a")).toThrow(/only a running one/);
    expect(keeper.setPaused("lite-child", false, "a")[0]).toMatchObject({ state: "running", reason: null });
    report(wave[1] ?? 0, "applied");
    expect(standing()?.state).toBe("running");
    report(wave[2] ?? 0, "failed");
    expect(standing()?.state).toBe("halted");
    expect((await raised()).map((one) => one.split(" ")[0])).toEqual(["raise", "clear", "raise"]);
  });

  it("is settled by a newer rollout, which takes its place and has a higher counter", async () => {
    start();
    report(offered(200)[0] ?? 0, "failed");
    expect(start({ content: { requestsPerDay: 20 } }).counter).toBe(2);
    expect(keeper.ofService("lite-child")).toHaveLength(1);
    expect(ask(0)).toEqual([2]);
    expect((await raised()).map((one) => one.split(":")[0])).toEqual([
      "raise rollout-halted/lite-child/1",
      "clear rollout-halted/lite-child/1",
    ]);
    expect(keeper.list(null, 10).map(({ counter, state }) => [counter, state])).toEqual([
      [2, "running"],
      [1, "superseded"],
    ]);
  });
});

describe("a rollout that another took the place of", () => {
  it("is kept until a thousand came after it; one that stands is kept", () => {
    start({ kind: "update", content: {} });
    start();
    start();
    expect(ask(0)).toEqual([1, 3]);
    storage.sql.exec("UPDATE sqlite_sequence SET seq = 1001 WHERE name = 'rollouts'");
    start();
    expect(keeper.list(null, 10).map(({ counter }) => counter)).toEqual([1002, 3, 1]);
    start();
    expect(keeper.list(null, 10).map(({ counter }) => counter)).toEqual([1003, 1002, 1]);
    const kept = storage.sql.exec<{ rollout: number }>("SELECT DISTINCT rollout FROM progress").toArray();
    expect(kept.map(({ rollout }) => rollout)).toEqual([1]);
  });
});

describe("pausing", () => {
  it("stops all rollouts of a service across families, and what is in flight is still heard", () => {
    start({ waves: [{ families: ["cook-county"], percent: 100 }] });
    start({ kind: "update", content: {}, waves: [{ families: ["chitty-apps"], percent: 100 }] });
    expect(ask(1, "cook-county")).toEqual([1]);
    expect(keeper.setPaused("lite-child", true, "a")).toHaveLength(2);
    expect([ask(2, "cook-county"), ask(2)]).toEqual([[], []]);
    report(1, "applied", 1, "cook-county");
    expect(keeper.ofService("lite-child").map(({ progress: of }) => of.map(({ state }) => state))).toEqual([
      [],
      ["applied"],
    ]);
    keeper.setPaused("lite-child", false, "a");
    expect([ask(2, "cook-county"), ask(2)]).toEqual([[1], [2]]);
    expect(() => keeper.setPaused("nothing", true, "a")).toThrow(/no rollout of nothing/);
  });
});

describe("what happens to a rollout", () => {
  it("is told to each of its families as an event, each once, in order", async () => {
    start({ waves: [{ families: ["cook-county"], percent: 100 }, { percent: 100 }] });
    for (const index of offered(40, "cook-county")) report(index, "applied", 1, "cook-county");
    keeper.setPaused("lite-child", true, "ann@chitty.cc");
    keeper.setPaused("lite-child", false, "ann@chitty.cc");
    const [first, ...rest] = offered(200);
    report(first ?? 0, "failed");
    keeper.setPaused("lite-child", false, "ann@chitty.cc");
    for (const index of rest) report(index, "applied");
    for (const index of offered(200)) report(index, "applied");
    start();
    expect(published).toEqual([]);
    await raised();
    const of = (family: string) => published.filter((event) => event.family === family).map(({ type }) => type);
    const news = [
      "offered",
      "advanced",
      "paused",
      "resumed",
      "halted",
      "resumed",
      "completed",
      "superseded",
      "offered",
    ];
    expect(of("cook-county")).toEqual(news.map((what) => `cc.chitty.rollout.${what}`));
    expect(of("chitty-apps")).toEqual(of("cook-county"));
    expect(published.find(({ type }) => type === "cc.chitty.rollout.halted")).toMatchObject({
      subject: "lite-child",
      data: { counter: 1, kind: "configuration", state: "halted", wave: 2, reason: expect.stringMatching(/1 of/) },
    });
  });
});
