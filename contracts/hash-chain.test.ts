import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChainHead, chainStart, type Link, linkRecord, verifyChain } from "./hash-chain.ts";

const seed = Number(process.env.CHITTYOPS_TEST_SEED);
const chain = "custody/local/court";
type Entry = { what: string; nested: { b: number; a: string } } & Link;

const records = chainOf(20, chain);
const head = headOf(records);
const problemsOf = (changed: unknown[]) => verifyChain(changed, { chain, head }).problems;

describe("a hash chain", () => {
  it("holds when nothing was touched, as a whole and in parts", () => {
    expect(verifyChain(records, { chain, head })).toEqual({ head, problems: [] });
    const after = headOf(records.slice(0, 7));
    expect(verifyChain(records.slice(7), { chain, head, after }).problems).toEqual([]);
    expect(verifyChain([], { chain, head: chainStart }).problems).toEqual([]);
  });

  it("does not depend on the order of a record's members", () => {
    const shuffled = records.map((record) => Object.fromEntries(Object.entries(record).reverse()));
    expect(problemsOf(shuffled)).toEqual([]);
  });

  it("shows any one edit, wherever it is", () => {
    fc.assert(
      fc.property(fc.nat(19), fc.constantFrom("what", "nested", "previous", "digest", "sequence"), (at, field) => {
        const changed: Record<string, unknown>[] = records.map((record) => ({ ...record }));
        const record = changed[at];
        if (record === undefined) throw new Error("no record");
        if (field === "nested") record.nested = { a: "x", b: 1_000 };
        else
          record[field] =
            field === "sequence" ? 100 : `${record[field]}`.replace(/^./, (first) => (first === "0" ? "1" : "0"));
        expect(problemsOf(changed).join(" ")).toContain(field === "sequence" ? "100" : `Record ${at + 1}`);
      }),
      { seed, numRuns: 100 },
    );
  });

  it("shows a record that was removed, doubled, moved, or put in from another chain", () => {
    expect(problemsOf(records.toSpliced(4, 1))).toContain("Record 5 is missing.");
    expect(problemsOf(records.toSpliced(4, 3))).toContain("Records 5 to 7 are missing.");
    expect(problemsOf(records.slice(0, 15))).toEqual([expect.stringContaining("The last ones are missing")]);
    expect(problemsOf(records.toSpliced(4, 0, ...records.slice(3, 4))).join()).toContain("Record 4 stands where");
    expect(problemsOf([...records.slice(0, 4), ...records.slice(4, 6).reverse(), ...records.slice(6)])).not.toEqual([]);
    const foreign = chainOf(20, "custody/local/other")[4];
    expect(problemsOf(records.toSpliced(4, 1, foreign as Entry)).join()).toContain("custody/local/other");
    expect(problemsOf(records.toSpliced(4, 1, "junk" as unknown as Entry))).toContain(
      "Record 5 is not a record of a chain.",
    );
  });

  it("shows by its keeper's word that a chain was written anew, or goes on where its keeper never wrote", () => {
    const rewritten = chainOf(20, chain, "forged");
    expect(verifyChain(rewritten, { chain }).problems).toEqual([]);
    expect(problemsOf(rewritten)).toEqual([expect.stringContaining("never wrote")]);
    expect(problemsOf([...records, linkRecord({ what: "more" }, chain, head)])).toEqual([
      expect.stringContaining("never wrote"),
    ]);
  });
});

function chainOf(length: number, name: string, what = "stored"): Entry[] {
  const made: Entry[] = [];
  for (let index = 0; index < length; index += 1) {
    made.push(linkRecord({ what: `${what} ${index}`, nested: { b: index, a: "é" } }, name, headOf(made)));
  }
  return made;
}

function headOf(made: Link[]): ChainHead {
  const last = made.at(-1);
  return last === undefined ? chainStart : { sequence: last.sequence, digest: last.digest };
}
