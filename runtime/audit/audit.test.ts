import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { AuditEvent } from "../../contracts/audit-record.ts";
import { verifyChain } from "../../contracts/hash-chain.ts";
import { memoryBucket } from "../storage/testing/memory-bucket.ts";
import { memoryStorage } from "../storage/testing/memory-storage.ts";
import { auditKeeper } from "./audit-keeper.ts";

const chain = "audit/local/court";

it("puts the audit trail into the locked bucket in segments that together are the chain, whatever fails on the way", async () => {
  const storage = memoryStorage();
  const bucket = memoryBucket();
  const keeper = () => auditKeeper(storage, bucket, chain);
  const append = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const event = begun();
      keeper().append(`${event.request}/${event.phase}`, event);
    }
  };
  append(3);
  // Written, and the answer lost; more records come before the next try, which must not change the object that is there.
  bucket.fail = ["after", "before"];
  await keeper().write();
  append(700);
  bucket.fail = ["before"];
  await expect(keeper().write()).rejects.toThrow("does not answer");
  expect(keeper().written).toBe(false);
  await keeper().write();
  expect(keeper().written).toBe(true);
  expect([...bucket.objects.keys()]).toEqual([
    "audit/0000000001.jsonl",
    "audit/0000000004.jsonl",
    "audit/0000000504.jsonl",
  ]);

  const lines = [...bucket.objects.values()].flatMap((text) => text.trimEnd().split("\n"));
  const records = lines.map((line) => JSON.parse(line));
  expect(records).toHaveLength(703);
  expect(verifyChain(records, { chain, head: keeper().head() }).problems).toEqual([]);
  expect(
    keeper()
      .read(700, 100)
      .map(({ sequence }) => sequence),
  ).toEqual([701, 702, 703]);
  const edited = records.map((record, index) => (index === 500 ? { ...record, status: 200 } : record));
  expect(verifyChain(edited, { chain, head: keeper().head() }).problems).toEqual([
    expect.stringContaining("Record 501 was changed"),
  ]);
});

function begun(): AuditEvent {
  return {
    request: randomUUID(),
    phase: "begun",
    at: "2026-11-26T12:00:00.000Z",
    who: { subject: "s-1", email: "clerk@county.test" },
    action: "document.read",
    resource: "cases/2024D007847/documents/motion.pdf",
  };
}
