import { generateKeyPairSync, sign } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleRecord, sampleReview, sampleRule } from "../testing/sample-review.ts";
import { writeEvidence } from "../write-evidence.ts";
import { keyIdOf, manifestFile, verifyFolder } from "./verify-folder.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const rule = sampleRule("rule-one");

describe("a folder of evidence", () => {
  const root = mkdtempSync(join(tmpdir(), "chittyops-evidence-"));
  const folder = join(root, "review");
  beforeAll(async () => {
    const review = sampleReview({ rules: [rule], records: [sampleRecord(rule, "fail")] });
    const signer = { keyId: keyIdOf(publicKey), sign: async (bytes: Uint8Array) => sign(null, bytes, privateKey) };
    await writeEvidence(folder, review, undefined, signer);
  });

  /** A copy that `change` may change. */
  function copy(change: (folder: string) => void): string {
    const target = mkdtempSync(join(root, "copy-"));
    cpSync(folder, target, { recursive: true });
    change(target);
    return target;
  }

  const flip = (file: string, at: number) => {
    const bytes = readFileSync(file);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  };

  it("holds as it was written, and says what it was made from", () => {
    const { problems, statement } = verifyFolder(folder, publicKey);
    expect(problems).toEqual([]);
    expect(statement?.subject.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["records.json", "report.html", "results.sarif"]),
    );
    expect(statement?.predicate).toMatchObject({ result: "FAILED", failedTests: ["rule-one"] });
    expect(statement?.predicate.configuration.map(({ name }) => name)).toEqual([
      "stack",
      "commit",
      "configuration",
      "pack/government",
      "chittyops",
    ]);
  });

  it("names the file in which one byte was changed, at the beginning, in the middle and at the end", () => {
    const files = readdirSync(folder).filter((file) => file !== manifestFile);
    expect(files).toHaveLength(5);
    for (const file of files) {
      const { length } = readFileSync(join(folder, file));
      for (const at of [0, Math.floor(length / 2), length - 1]) {
        const changed = copy((target) => flip(join(target, file), at));
        expect(verifyFolder(changed, publicKey).problems).toEqual([`${file}: was changed`]);
      }
    }
  });

  it("names the manifest when any byte of it was changed", () => {
    const target = copy(() => undefined);
    const manifest = join(target, manifestFile);
    const whole = readFileSync(manifest);
    // Each byte near the ends and of the signature, and every 97th of the rest.
    const signature = whole.indexOf('"signatures"');
    for (let at = 0; at < whole.length; at++) {
      if (at > 40 && at < signature && at % 97 !== 0) continue;
      flip(manifest, at);
      const { problems } = verifyFolder(target, publicKey);
      expect({ at, named: problems.some((problem) => problem.startsWith(`${manifestFile}: `)) }).toEqual({
        at,
        named: true,
      });
      writeFileSync(manifest, whole);
    }
  });

  it("names what was removed and what was added, of whatever kind", () => {
    const removed = copy((target) => rmSync(join(target, "report.html")));
    expect(verifyFolder(removed, publicKey).problems).toEqual(["report.html: is missing"]);
    const unsigned = copy((target) => rmSync(join(target, manifestFile)));
    expect(verifyFolder(unsigned, publicKey).problems).toEqual([`${manifestFile}: is missing`]);
    const added = copy((target) => {
      writeFileSync(join(target, "notes.txt"), "");
      mkdirSync(join(target, "more"));
    });
    expect(verifyFolder(added, publicKey).problems).toEqual([
      "notes.txt: was added",
      "more: was added, and is not a file",
    ]);
    const linked = copy((target) => {
      rmSync(join(target, "report.html"));
      symlinkSync(join(folder, "report.html"), join(target, "report.html"));
    });
    expect(verifyFolder(linked, publicKey).problems).toContain("report.html: is missing");
  });

  it("does not hold with another key, nor when somebody signed it anew", async () => {
    const other = generateKeyPairSync("ed25519");
    const [problem] = verifyFolder(folder, other.publicKey).problems;
    expect(problem).toContain(`${keyIdOf(publicKey)}, expected ${keyIdOf(other.publicKey)}`);
    // The forger claims the right key id.
    const forger = {
      keyId: keyIdOf(publicKey),
      sign: async (bytes: Uint8Array) => sign(null, bytes, other.privateKey),
    };
    const forged = join(root, "forged");
    await writeEvidence(forged, sampleReview(), undefined, forger);
    expect(verifyFolder(forged, publicKey).problems).toEqual([`${manifestFile}: was changed after it was signed`]);
  });
});
