import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { CustodyEvent } from "../../contracts/custody-record.ts";
import { verifyChain } from "../../contracts/hash-chain.ts";
import { type MemoryBucket, memoryBucket } from "../storage/testing/memory-bucket.ts";
import { type MemoryStorage, memoryStorage } from "../storage/testing/memory-storage.ts";
import { consumeCustody } from "./consume-custody.ts";
import { custodyKeeper } from "./custody-keeper.ts";

const chain = "custody/local/court";
let storage: MemoryStorage;
let bucket: MemoryBucket;
beforeEach(() => {
  storage = memoryStorage();
  bucket = memoryBucket();
});

/** A new object over what the one before left behind, as after an eviction. */
const keeper = () => custodyKeeper(storage, bucket, chain);
async function record(events: CustodyEvent[]): Promise<void> {
  const current = keeper();
  for (const event of events) current.append(event.event, event);
  await current.write();
}
const recorded = () => [...bucket.objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => JSON.parse(text));
const verify = () => verifyChain(recorded(), { chain, head: keeper().head() }).problems;

describe("the chain of custody", () => {
  it("has one object for each event, in order, linked", async () => {
    const events = [event("stored"), event("read"), event("filed")];
    await record(events);
    expect([...bucket.objects.keys()]).toEqual([1, 2, 3].map((number) => `custody/000000000${number}.json`));
    expect(recorded()).toMatchObject(events);
    expect(verify()).toEqual([]);
  });

  it("records an event once, however often and in whatever order it comes again", async () => {
    const events = [event("stored"), event("read"), event("read")];
    await record(events);
    await record(events.toReversed());
    await record([...events.slice(1), event("filed"), ...events]);
    expect(recorded().map(({ what }) => what)).toEqual(["stored", "read", "read", "filed"]);
    expect(verify()).toEqual([]);
  });

  it("goes on where it stopped when the bucket fails before or after a write", async () => {
    const events = [event("stored"), event("read"), event("filed")];
    bucket.fail = ["before"];
    await expect(record(events)).rejects.toThrow("does not answer");
    expect(bucket.objects.size).toBe(0);
    expect(keeper().written).toBe(false);
    bucket.fail = ["after", "before"];
    await expect(record([])).rejects.toThrow("does not answer");
    expect(bucket.objects.size).toBe(1);
    await record([event("rewrapped")]);
    expect(recorded().map(({ what }) => what)).toEqual(["stored", "read", "filed", "rewrapped"]);
    expect(keeper().written).toBe(true);
    expect(verify()).toEqual([]);
  });

  it("never accepts something else that stands where a record belongs", async () => {
    bucket.objects.set("custody/0000000001.json", '{"forged":true}\n');
    await expect(record([event("stored")])).rejects.toThrow("did not write");
    expect(keeper().written).toBe(false);
  });

  it("shows a record that was edited, removed or exchanged in the bucket", async () => {
    await record([event("stored"), event("read"), event("read"), event("filed")]);
    const second = "custody/0000000002.json";
    const text = bucket.objects.get(second) ?? "";
    bucket.objects.set(second, text.replace("clerk@county.test", "other@county.test"));
    expect(verify()).toEqual([expect.stringContaining("Record 2 was changed")]);
    bucket.objects.delete(second);
    expect(verify()).toContain("Record 2 is missing.");
    bucket.objects.set(second, text);
    bucket.objects.delete("custody/0000000004.json");
    expect(verify()).toEqual([expect.stringContaining("The last ones are missing")]);
  });
});

describe("the consumer of the custody queue", () => {
  it("takes messages once they are recorded, and has all of them come again otherwise", async () => {
    const taken: string[] = [];
    const messages = [message(event("stored"), taken), message(event("read"), taken)];
    await consumeCustody({ messages } as never, record);
    expect(taken).toEqual(["ack", "ack"]);
    bucket.fail = ["before"];
    await consumeCustody({ messages: [...messages, message(event("filed"), taken)] } as never, record);
    expect(taken.slice(2)).toEqual(["retry", "retry", "retry"]);
  });

  it("sends what is no event to the dead letters, and records the others", async () => {
    const taken: string[] = [];
    const messages = [message({ trial: true }, taken), message(event("stored"), taken)];
    await consumeCustody({ messages } as never, record);
    expect(taken).toEqual(["retry", "ack"]);
    expect(recorded()).toHaveLength(1);
  });
});

function event(what: CustodyEvent["what"]): CustodyEvent {
  return {
    event: randomUUID(),
    at: "2026-11-26T12:00:00.000Z",
    who: { subject: "s-1", email: "clerk@county.test" },
    what,
    tenant: "circuit-court",
    case: "2024D007847",
    document: "motion.pdf",
    documentDigest: "a".repeat(64),
    object: "documents/circuit-court/2024D007847/motion.pdf/1",
    keyVersion: 1,
  };
}

function message(body: unknown, taken: string[]) {
  return { id: randomUUID(), body, ack: () => taken.push("ack"), retry: () => taken.push("retry") };
}
