import type { CustodyRecord } from "../../contracts/custody-record.ts";
import type { LiteChildOf } from "../../contracts/lite-child.ts";
import { valueOrThrow } from "../problem/problem.ts";
import { caseFileOf } from "./court-names.ts";
import { type CourtEnvironment, onlyObject } from "./environment.ts";

/** Cases in one turn: each is a call of its own, and an app may make 100. */
const casesAtOnce = 50;
const recordsAtOnce = 1_000;
/** Most records are of documents that were read; a turn that finds no more than those ends all the same. */
const mostPages = 10;

/**
 * One turn of bringing the keys of all cases to the version that the child is configured for; the documents stay as they are. Its schedule
 * calls it, so that raising `keyVersion` is all there is to do. The chain of custody names every case with a document, and remembers how
 * far it was gone through. A case whose keys cannot be rewrapped is tried again in each turn, and holds no other up.
 */
export async function rotateKeys(env: CourtEnvironment, child: LiteChildOf<"cook-county">): Promise<void> {
  const { keyVersion, tenant } = child;
  // Nothing was ever wrapped by an older one.
  if (keyVersion === 1) return;
  const chain = env.CUSTODY_CHAIN.getByName(onlyObject);
  const before = await chain.rotation(keyVersion);
  const read = async (after: number) => (await chain.read(after, recordsAtOnce)).records;
  const { cases, upTo, atEnd } = await casesAfter(before.after, casesAtOnce - before.failed.length, read);
  const failed: string[] = [];
  for (const docket of new Set([...before.failed, ...cases])) {
    try {
      valueOrThrow(await caseFileOf(env, tenant, docket).rewrap(docket));
    } catch (error) {
      console.error(`The keys of case ${docket} stay as they were: ${error instanceof Error ? error.message : error}`);
      failed.push(docket);
    }
  }
  const done = before.done || atEnd;
  await chain.rotated({ keyVersion, after: upTo, failed, done });
}

/** What the status says of it. `done`: older root keys protect nothing any more but copies in the backup. */
export async function keyStatus(
  env: CourtEnvironment,
  { keyVersion }: LiteChildOf<"cook-county">,
): Promise<{ version: number; done: boolean; failedCases: number }> {
  const { done, failed } = await env.CUSTODY_CHAIN.getByName(onlyObject).rotation(keyVersion);
  return { version: keyVersion, done: keyVersion === 1 || (done && failed.length === 0), failedCases: failed.length };
}

/** So many cases with documents at most, the sequence number up to which they were looked for, and whether that is the end of the chain. */
async function casesAfter(
  after: number,
  limit: number,
  read: (after: number) => Promise<CustodyRecord[]>,
): Promise<{ cases: string[]; upTo: number; atEnd: boolean }> {
  const cases = new Set<string>();
  let upTo = after;
  for (let page = 0; page < mostPages; page += 1) {
    const records = await read(upTo);
    for (const { sequence, what, case: docket } of records) {
      if (what === "stored" && !cases.has(docket)) {
        if (cases.size >= limit) return { cases: [...cases], upTo, atEnd: false };
        cases.add(docket);
      }
      upTo = sequence;
    }
    if (records.length === 0) return { cases: [...cases], upTo, atEnd: true };
  }
  return { cases: [...cases], upTo, atEnd: false };
}
