import { expect, it } from "vitest";
import type { CloudEvent } from "../../../contracts/ops-events.ts";
import { outcomeOf } from "../../problem/problem.ts";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import { Hub } from "./hub.ts";
import { takeQueue } from "./take-queue.ts";

const event = (id: string) => ({ specversion: "1.0", id, source: "test", type: "cc.test" });

it("acknowledges nothing while the hub fails, and loses and doubles nothing when the queue comes again", async () => {
  const hub = new Hub(memoryStorage(), {
    clock: { now: Date.now },
    random: () => 0.5,
    local: true,
    url: "http://ops.test",
  });
  // The first minute: no answer, an answer that is lost after the event was stored, then all is well.
  const faults = ["before", "before", "after", "before"];
  const failing = {
    publishAll: async (events: CloudEvent[]) => {
      const fault = faults.shift();
      if (fault === "before") throw new Error("the hub does not answer");
      const outcome = await outcomeOf(() => hub.events.publish(events));
      if (fault === "after") throw new Error("the answer was lost");
      return outcome;
    },
  };
  let queue = ["a", "b", "c"].map(event) as unknown[];
  queue.push({ ...event("d"), data: "x".repeat(70_000) });
  const retried: number[] = [];
  for (let round = 0; queue.length > 0; round += 1) {
    const again: unknown[] = [];
    const messages = queue.map((body, index) => ({
      id: `m-${index}`,
      timestamp: new Date(),
      attempts: round + 1,
      body,
      ack: () => {},
      retry: () => void again.push(body),
    }));
    await takeQueue({ messages }, failing, "http://ops.test");
    retried.push(again.length);
    queue = again;
  }
  expect(retried).toEqual([4, 0]);
  const stored = hub.events
    .list({ families: "all", limit: 10 })
    .events.map(({ event: { id, type } }) => `${type} ${id}`);
  expect(stored.sort()).toEqual(["cc.chitty.event.refused m-3", "cc.test a", "cc.test b", "cc.test c"]);
});
