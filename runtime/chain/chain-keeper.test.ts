import { expect, it } from "vitest";
import { verifyChain } from "../../contracts/hash-chain.ts";
import { memoryBucket } from "../storage/testing/memory-bucket.ts";
import { memoryStorage } from "../storage/testing/memory-storage.ts";
import { ChainKeeper, tenDigits } from "./chain-keeper.ts";

it("leaves old records to the bucket alone, goes on with the chain, and still reads them all", async () => {
  const storage = memoryStorage();
  const bucket = memoryBucket();
  const keeper = new ChainKeeper<{ note: number }>(storage, {
    chain: "notes",
    bucket,
    keyOf: tenDigits,
    recordsPerObject: 10,
  });
  const append = (count: number) => {
    for (let note = 0; note < count; note += 1) keeper.append(crypto.randomUUID(), { note });
  };
  const stored = () => keeper.read(0, 1_000).length;
  append(25);
  keeper.forget(1);
  expect(stored(), "nothing that is not in the bucket is forgotten").toBe(25);
  await keeper.write();
  keeper.forget(12);
  expect(stored()).toBe(15);
  keeper.forget(0);
  expect(stored(), "whole objects only, and never the last record").toBe(5);
  append(10);
  await keeper.write();
  keeper.forget(3);
  const read = [];
  for (let page = await keeper.page(0, 7); page.length > 0; page = await keeper.page(read.length, 7))
    read.push(...page);
  expect(verifyChain(read, { chain: "notes", head: keeper.head() })).toEqual({ head: keeper.head(), problems: [] });
  expect(keeper.head().sequence).toBe(35);

  bucket.objects.delete(tenDigits(11));
  await expect(keeper.page(12, 7)).rejects.toThrow("0000000011 of the locked bucket is gone");
});
