import { compactVerify, decodeProtectedHeader, importJWK } from "jose";
import { type ChainVerdict, verifyChain } from "../../../contracts/hash-chain.ts";
import {
  type OpsCheckpoint,
  type OpsExportLine,
  type OpsPublicKey,
  opsCheckpoint,
  opsCheckpointType,
  opsExportLine,
  type SignedCheckpoint,
} from "../../../contracts/ops-audit.ts";

export interface ExportVerdict {
  chain: string;
  /** Records that were read. */
  records: number;
  /** Checkpoints whose signature is good. */
  checkpoints: number;
  /** Up to which record, and up to when, the trail is proven to be whole and unchanged; absent where nothing is. */
  proven?: { sequence: number; at: string };
  /** Whose word that is: keys that were given, or those that the export brings itself, which prove nothing to a stranger. */
  keys: { given: boolean; ids: string[] };
  /** Everything that is wrong, in words that name the record. */
  problems: string[];
}

/**
 * Proves that an export of the audit trail has no gap and no edit, with nothing but the export itself.
 *
 * @param lines as the plane sent them (`opsExportLine`), each without its line break
 * @param givenKeys public keys of the plane (Ed25519, base64url) from somewhere else; by default those in the export are taken
 */
export async function verifyExport(lines: Iterable<string>, givenKeys?: readonly string[]): Promise<ExportVerdict> {
  const reader = new LineReader(lines);
  const header = reader.take("export");
  if (header === undefined) {
    const problems = [
      "It is no export of an audit trail: its first line is not the one that every export begins with.",
    ];
    return { chain: "", records: 0, checkpoints: 0, keys: { given: false, ids: [] }, problems };
  }
  const { chain, publicKeys, head } = header;
  const trusted = publicKeys.filter(({ x }) => givenKeys === undefined || givenKeys.includes(x));
  const problems: string[] = [];
  const signed: SignedCheckpoint[] = [];
  for (let line = reader.take("checkpoint"); line !== undefined; line = reader.take("checkpoint")) {
    signed.push(line.checkpoint);
  }
  const said = new Map<number, OpsCheckpoint>();
  for (const checkpoint of [...signed, head]) {
    const read = await readCheckpoint(checkpoint, chain, trusted);
    if (typeof read === "string") problems.push(read);
    else said.set(read.sequence, read);
  }
  const passed = passing(reader, said);
  const signedHead = said.get(head.sequence);
  const verdict: ChainVerdict = verifyChain(passed.records(), { chain });
  problems.push(...verdict.problems, ...passed.problems, ...reader.problems);
  if (signedHead === undefined)
    problems.push("Nothing that is signed says where the trail ends: records at its end may be missing.");
  else if (verdict.head.sequence < signedHead.sequence) {
    problems.push(missing(verdict.head.sequence + 1, signedHead));
  } else if (verdict.head.sequence > signedHead.sequence) {
    problems.push(`What follows record ${signedHead.sequence} is not signed for.`);
  }
  return {
    chain,
    records: passed.count,
    checkpoints: said.size,
    ...(problems.length === 0 && signedHead && { proven: { sequence: signedHead.sequence, at: signedHead.at } }),
    keys: { given: givenKeys !== undefined, ids: trusted.map(({ kid }) => kid) },
    problems,
  };
}

/** Lets records through to the chain's own check, and compares those that a checkpoint is about with what was signed. */
function passing(reader: LineReader, said: ReadonlyMap<number, OpsCheckpoint>) {
  let held = 0;
  const self = { count: 0, problems: [] as string[], records };
  return self;

  function* records(): Generator<unknown> {
    for (let line = reader.take("record"); line !== undefined; line = reader.take("record")) {
      const { record } = line;
      self.count += 1;
      const { sequence, digest } = (record ?? {}) as { sequence?: unknown; digest?: unknown };
      const checkpoint = typeof sequence === "number" ? said.get(sequence) : undefined;
      if (checkpoint !== undefined && checkpoint.digest === digest) held = checkpoint.sequence;
      else if (checkpoint !== undefined && self.problems.length === 0) self.problems.push(replaced(held, checkpoint));
      yield record;
    }
  }
}

function replaced(held: number, { sequence, at }: OpsCheckpoint): string {
  const among = held + 1 === sequence ? `Record ${sequence}` : `A record from ${held + 1} to ${sequence}`;
  return `${among} was replaced, and those after it were written again: the checkpoint of ${at} signs another record ${sequence}.`;
}

function missing(first: number, { sequence, at }: OpsCheckpoint): string {
  return first === sequence
    ? `Record ${first}, the last one, is missing: it was there at ${at}.`
    : `Records ${first} to ${sequence}, the last ones, are missing: they were there at ${at}.`;
}

/** What a checkpoint says, or what is wrong with it. */
async function readCheckpoint(
  { sequence, jws }: SignedCheckpoint,
  chain: string,
  keys: readonly OpsPublicKey[],
): Promise<OpsCheckpoint | string> {
  const name = `The checkpoint of record ${sequence}`;
  try {
    const { kid } = decodeProtectedHeader(jws);
    const key = keys.find((one) => one.kid === kid);
    if (key === undefined) return `${name} is signed with a key that is not the plane's.`;
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key, "EdDSA"), {
      algorithms: ["EdDSA"],
    });
    const said = opsCheckpoint.parse(JSON.parse(new TextDecoder().decode(payload)));
    if (protectedHeader.typ !== opsCheckpointType || said.chain !== chain) return `${name} is about something else.`;
    return said.sequence === sequence ? said : `${name} is really that of record ${said.sequence}.`;
  } catch {
    return `${name} is forged: its signature is not the plane's.`;
  }
}

/** The lines of an export, one kind after the other. A line that is none is said and left out. */
class LineReader {
  readonly problems: string[] = [];
  readonly #lines: Iterator<string>;
  #next: OpsExportLine | undefined;
  #number = 0;

  constructor(lines: Iterable<string>) {
    this.#lines = lines[Symbol.iterator]();
    this.#advance();
  }

  /** The next line, if it is of this kind. Where records are expected, what is something else is said and left out. */
  take<K extends OpsExportLine["kind"]>(kind: K): Extract<OpsExportLine, { kind: K }> | undefined {
    while (this.#next !== undefined && this.#next.kind !== kind) {
      if (kind !== "record") return undefined;
      this.problems.push(`Line ${this.#number} stands where a record was expected.`);
      this.#advance();
    }
    const line = this.#next as Extract<OpsExportLine, { kind: K }> | undefined;
    if (line !== undefined) this.#advance();
    return line;
  }

  #advance(): void {
    for (let { done, value } = this.#lines.next(); done !== true; { done, value } = this.#lines.next()) {
      this.#number += 1;
      if (value === "") continue;
      this.#next = lineOf(value);
      if (this.#next !== undefined) return;
      this.problems.push(`Line ${this.#number} is no line of an export.`);
    }
    this.#next = undefined;
  }
}

function lineOf(text: string): OpsExportLine | undefined {
  try {
    return opsExportLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
