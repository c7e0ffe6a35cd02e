import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { chainStart, linkRecord } from "../../../contracts/hash-chain.ts";
import { type OpsExportLine, type OpsPublicKey, opsCheckpointType } from "../../../contracts/ops-audit.ts";
import { nodePlane, people } from "../../../runtime/ops/testing/node-plane.ts";
import { verifyExport } from "./verify-export.ts";

type Line = OpsExportLine;
type Header = Extract<Line, { kind: "export" }>;

let lines: Line[];
let key: OpsPublicKey;

/** A real export: 12 records, with checkpoints after 5, 9 and the last. */
beforeAll(async () => {
  const plane = await nodePlane();
  for (let index = 1; index <= 12; index += 1) {
    plane.audit.record(
      {
        at: `2026-11-26T12:00:${String(index).padStart(2, "0")}.000Z`,
        actor: { kind: "operator", id: people.operator },
        action: "incident.ack",
        subject: `incidents/${index}`,
        outcome: "done",
        details: {},
      },
      String(index),
    );
    if (index === 5 || index === 9) await plane.audit.settle();
  }
  const response = await plane.request("/api/v1/audit/export", { as: people.viewer });
  lines = (await response.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  [key] = headerOf(lines).publicKeys as [OpsPublicKey];
});

const headerOf = (all: Line[]) => all[0] as Header;
const verify = (all: Line[], keys: string[] | undefined = [key.x]) =>
  verifyExport(
    all.map((line) => JSON.stringify(line)),
    keys,
  );
const recordAt = (all: Line[], sequence: number) =>
  all.findIndex((line) => line.kind === "record" && (line.record as { sequence: number }).sequence === sequence);
const recordsOf = (all: Line[]) =>
  all.flatMap((line) => (line.kind === "record" ? [line.record as Record<string, unknown>] : []));

/** What somebody does who changes a record and then writes all that follow it again. */
function relinked(all: Line[], sequence: number): Line[] {
  let head = chainStart;
  const records = recordsOf(all).map(({ chain, previous: _p, digest: _d, sequence: s, ...body }) => {
    const link = linkRecord(s === sequence ? { ...body, subject: "incidents/none" } : body, String(chain), head);
    head = link;
    return link;
  });
  return [
    ...all.filter(({ kind }) => kind !== "record"),
    ...records.map((record): Line => ({ kind: "record", record })),
  ];
}

describe("an export of the audit trail", () => {
  it("is proven whole and unchanged up to its last record, by the plane's key", async () => {
    const verdict = await verify(lines);
    expect(verdict.problems).toEqual([]);
    expect(verdict).toMatchObject({
      records: 12,
      checkpoints: 3,
      proven: { sequence: 12 },
      keys: { given: true, ids: [key.kid] },
    });
  });

  it("says that the keys it brought itself are all that it was checked with", async () => {
    expect(await verifyExport(lines.map((line) => JSON.stringify(line)))).toMatchObject({
      problems: [],
      keys: { given: false },
    });
  });

  const edits: [string, (all: Line[]) => Line[] | Promise<Line[]>, (string | RegExp)[]][] = [
    [
      "an edited record",
      (all) =>
        all.map((line, index) =>
          index === recordAt(all, 7) && line.kind === "record"
            ? { ...line, record: { ...(line.record as object), outcome: "refused" } }
            : line,
        ),
      ["Record 7 was changed: its digest does not match what it says."],
    ],
    ["a removed record", (all) => all.toSpliced(recordAt(all, 7), 1), ["Record 7 is missing."]],
    ["removed records", (all) => all.toSpliced(recordAt(all, 3), 4), ["Records 3 to 6 are missing."]],
    ["a removed beginning", (all) => all.toSpliced(recordAt(all, 1), 2), ["Records 1 to 2 are missing."]],
    ["a removed last record", (all) => all.slice(0, -1), [/^Record 12, the last one, is missing: it was there at /]],
    [
      "a removed tail",
      (all) => all.slice(0, -4),
      [/^Records 9 to 12, the last ones, are missing: they were there at /],
    ],
    [
      "reordered records",
      (all) => {
        const [one, other] = [recordAt(all, 4), recordAt(all, 5)];
        return all.with(one, all[other] as Line).with(other, all[one] as Line);
      },
      ["Record 4 is missing.", "Record 4 stands where record 6 was expected.", "Record 5 is missing."],
    ],
    [
      "a chain that was written again from a record on",
      (all) => relinked(all, 7),
      [
        /^A record from 6 to 9 was replaced, and those after it were written again: the checkpoint of .* signs another record 9\.$/,
      ],
    ],
    [
      "a chain written again, its checkpoints signed by somebody else",
      async (all) => resigned(relinked(all, 7)),
      [5, 9, 12]
        .map((sequence) => `The checkpoint of record ${sequence} is signed with a key that is not the plane's.`)
        .concat("Nothing that is signed says where the trail ends: records at its end may be missing."),
    ],
    [
      "a forged checkpoint",
      (all) => {
        const { head } = headerOf(all);
        const [protectedHeader, , signature] = head.jws.split(".");
        const payload = Buffer.from(
          JSON.stringify({ chain: "ops/local", sequence: 9, digest: "0".repeat(64), at: "2026-11-26T12:00:00.000Z" }),
        ).toString("base64url");
        return all.map((line) =>
          line.kind === "checkpoint" && line.checkpoint.sequence === 9
            ? { ...line, checkpoint: { sequence: 9, jws: `${protectedHeader}.${payload}.${signature}` } }
            : line,
        );
      },
      ["The checkpoint of record 9 is forged: its signature is not the plane's."],
    ],
    [
      "a checkpoint that is taken for another one",
      (all) => {
        const [five] = all.filter((line) => line.kind === "checkpoint");
        return all.with(0, { ...headerOf(all), head: { sequence: 12, jws: five?.checkpoint.jws ?? "" } });
      },
      ["The checkpoint of record 12 is really that of record 5.", /^Nothing that is signed says where the trail ends/],
    ],
    [
      "an appended record",
      (all) => [
        ...all,
        { kind: "record", record: linkRecord({ at: "now" }, "ops/local", recordsOf(all).at(-1) as never) },
      ],
      ["What follows record 12 is not signed for."],
    ],
  ];
  it.each(edits)("shows %s, and names it", async (_, edit, problems) => {
    const verdict = await verify(await edit(lines));
    expect(verdict.problems).toEqual(
      problems.map((problem) => (typeof problem === "string" ? problem : expect.stringMatching(problem))),
    );
    expect(verdict.proven).toBeUndefined();
  });

  it.each([
    ["nothing", []],
    ["a page instead", ["<html>"]],
    ["a cut line", ['{"kind":"export","version":1']],
    ["records only", ['{"kind":"record","record":{}}']],
  ])("takes %s for no export", async (_, text) => {
    expect((await verifyExport(text)).problems).toEqual([expect.stringContaining("no export of an audit trail")]);
  });

  it("says which line is none, and goes on", async () => {
    const text = lines.map((line) => JSON.stringify(line));
    const at = recordAt(lines, 12);
    const verdict = await verifyExport(text.toSpliced(at, 0, "null", "{", JSON.stringify(lines[0])), [key.x]);
    expect(verdict.problems.sort()).toEqual([
      `Line ${at + 1} is no line of an export.`,
      `Line ${at + 2} is no line of an export.`,
      `Line ${at + 3} stands where a record was expected.`,
    ]);
  });
});

async function resigned(all: Line[]): Promise<Line[]> {
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  const { x = "" } = await exportJWK(pair.publicKey);
  const jwk = { kty: "OKP", crv: "Ed25519", x } as const;
  const kid = await calculateJwkThumbprint(jwk);
  const records = recordsOf(all);
  const sign = async (sequence: number) => {
    const says = {
      chain: "ops/local",
      sequence,
      digest: records[sequence - 1]?.digest,
      at: "2026-11-26T13:00:00.000Z",
    };
    const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(says)))
      .setProtectedHeader({ alg: "EdDSA", kid, typ: opsCheckpointType })
      .sign(pair.privateKey);
    return { sequence, jws };
  };
  return Promise.all(
    all.map(async (line): Promise<Line> => {
      if (line.kind === "export")
        return { ...line, publicKeys: [...line.publicKeys, { ...jwk, kid }], head: await sign(12) };
      return line.kind === "checkpoint" ? { ...line, checkpoint: await sign(line.checkpoint.sequence) } : line;
    }),
  );
}
