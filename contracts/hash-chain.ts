import { createHash } from "node:crypto";

/** What every record of a chain carries besides what it says. Digests are SHA-256, 64 lower case hexadecimal digits. */
export interface Link {
  /** Which chain it belongs to, e.g. `custody/prod/traffic-court`: a record cannot be moved to another one. */
  chain: string;
  /** 1 for the first. */
  sequence: number;
  /** Digest of the record before; `chainStart` for the first. */
  previous: string;
  /** Over the canonical form of the whole record without this field. */
  digest: string;
}

/** Where a chain stands: what its keeper says of the last record. */
export type ChainHead = Pick<Link, "sequence" | "digest">;

/** What stands for the digest of a record before the first. */
export const chainStart: ChainHead = { sequence: 0, digest: "0".repeat(64) };

/** Puts a record behind `head`. */
export function linkRecord<T extends object>(body: T, chain: string, head: ChainHead): T & Link {
  const record = { ...body, chain, sequence: head.sequence + 1, previous: head.digest };
  return { ...record, digest: digestOf(record) };
}

/** What reading a chain gave: where it ends, and every place where it does not hold, in words. */
export interface ChainVerdict {
  head: ChainHead;
  problems: string[];
}

/**
 * Checks that records are whole, unchanged, in order and without a gap. Only its keeper's word (`head`) shows that records at the end are
 * missing or that the whole chain was written again.
 *
 * @param records in order, as they were parsed from JSON; anything else is a problem, never an error
 * @param options.after where the part that is read begins; the chain's start by default
 */
export function verifyChain(
  records: Iterable<unknown>,
  options: { chain: string; head?: ChainHead; after?: ChainHead },
): ChainVerdict {
  const problems: string[] = [];
  let { sequence, digest } = options.after ?? chainStart;
  for (const record of records) {
    const expected = sequence + 1;
    if (!isLink(record)) {
      problems.push(`Record ${expected} is not a record of a chain.`);
      sequence = expected;
      continue;
    }
    const name = `Record ${record.sequence}`;
    if (record.chain !== options.chain) problems.push(`${name} is of the chain ${record.chain}, not ${options.chain}.`);
    if (record.sequence > expected) {
      const last = record.sequence - 1;
      problems.push(
        last === expected ? `Record ${expected} is missing.` : `Records ${expected} to ${last} are missing.`,
      );
    } else if (record.sequence < expected) {
      problems.push(`${name} stands where record ${expected} was expected.`);
    } else if (record.previous !== digest) {
      problems.push(`${name} does not follow the record before it: one of the two was replaced.`);
    }
    const { digest: claimed, ...rest } = record;
    if (digestOf(rest) !== claimed) problems.push(`${name} was changed: its digest does not match what it says.`);
    ({ sequence, digest } = record);
  }
  const { head } = options;
  if (head !== undefined && head.sequence > sequence) {
    problems.push(
      `The chain ends at record ${sequence}; its keeper wrote ${head.sequence}. The last ones are missing.`,
    );
  } else if (head !== undefined && (head.sequence < sequence || head.digest !== digest)) {
    problems.push(`The chain ends at record ${sequence} in a way that its keeper never wrote (${head.sequence}).`);
  }
  return { head: { sequence, digest }, problems };
}

function isLink(record: unknown): record is Link {
  if (typeof record !== "object" || record === null) return false;
  const { chain, sequence, previous, digest } = record as Record<string, unknown>;
  return (
    typeof chain === "string" &&
    Number.isSafeInteger(sequence) &&
    typeof previous === "string" &&
    typeof digest === "string"
  );
}

function digestOf(record: object): string {
  return createHash("sha256").update(canonicalJson(record)).digest("hex");
}

/** One text for one value: members sorted, no white space (RFC 8785, which records need for text, whole numbers, lists and objects only). */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
