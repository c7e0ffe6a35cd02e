import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packs } from "../../policies/all/packs.ts";
import { verdictOf } from "../../policies/evidence/verdict.ts";
import { writeEvidence } from "../../policies/evidence/write-evidence.ts";
import type { Pack } from "../../policies/kit/define-rule.ts";
import { judge } from "../../policies/kit/judge.ts";
import { graph, node } from "../../policies/testing/node.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { makeReview } from "./make-review.ts";
import { previousReview } from "./previous-review.ts";
import { packDigest, reviewConfiguration } from "./provenance.ts";
import { localSigner } from "./signing-key.ts";

const home = mkdtempSync(join(tmpdir(), "chittyops-review-"));
afterAll(() => rmSync(home, { recursive: true }));
const target = stackTarget(undefined, "prod");
const setting = node("cloudflare:index/zoneSetting:ZoneSetting", "tls", {
  props: { settingId: "min_tls_version", value: "1.2" },
});

/** The packs with a rule whose check throws something that may be secret. */
function withBadRule(): Pack[] {
  return packs.map((pack) => ({
    ...pack,
    rules: pack.rules.map((rule) =>
      rule.id !== "tail-consumer"
        ? rule
        : {
            ...rule,
            appliesTo: () => {
              throw new TypeError("hunter2");
            },
          },
    ),
  }));
}

const reviewAt = (time: string, asked: readonly Pack[] = packs) =>
  makeReview({
    target,
    subject: "state",
    verdict: judge(graph(setting), asked, [], "state"),
    configDigest: "0".repeat(64),
    now: new Date(time),
  });

describe("a review", () => {
  it("fails when a rule throws, says where and no value, and has the results of all other rules", async () => {
    const review = await reviewAt("2026-11-26T08:00:00Z", withBadRule());
    const [error, ...more] = review.records.filter(({ state }) => state === "error");
    expect(more).toEqual([]);
    expect(error).toMatchObject({
      policy: "tail-consumer",
      message: expect.stringMatching(/TypeError in [\w.-]+\.ts:\d+$/),
    });
    expect(JSON.stringify(review)).not.toContain("hunter2");
    expect(verdictOf(review)).toMatchObject({ compliant: false, reasons: ["1 rule ended in an error"] });
    expect(review.records.find(({ policy }) => policy === "min-tls")?.state).toBe("pass");
    expect(review.records).toHaveLength(review.rules.length);
  });

  it("is compared with the one before it, unless that was changed since", async () => {
    const signer = localSigner(home);
    const folder = join(home, "reviews");
    expect(previousReview(folder, target, signer)).toEqual({});
    const first = await reviewAt("2026-11-26T08:00:00Z");
    await writeEvidence(join(folder, first.id), first, undefined, signer);
    expect(previousReview(folder, target, signer)).toMatchObject({ reference: { id: first.id, commit: first.commit } });
    // Of another stack whose name ends like this one's.
    expect(previousReview(folder, { ...target, project: "ops" }, signer)).toEqual({});
    const records = join(folder, first.id, "records.json");
    writeFileSync(records, readFileSync(records, "utf8").replace('"pass"', '"fail"'));
    expect(previousReview(folder, target, signer)).toEqual({
      refused: `The review ${first.id} is there, and nothing was compared with it: records.json: was changed.`,
    });
  });
});

describe("where a review comes from", () => {
  it("is told by digests: of each pack another, and of the configuration whatever else its file says", () => {
    expect(new Set(packs.map(packDigest)).size).toBe(packs.length);
    const digest = (text: string) => {
      writeFileSync(join(home, "Pulumi.prod.yaml"), text);
      return reviewConfiguration({ ...target, workDir: home }).digest;
    };
    expect(digest("encryptionsalt: v1:a\nconfig: { b: 1, a: 2 }")).toBe(digest("config: { a: 2, b: 1 }"));
    expect(digest("config: { a: 2 }")).not.toBe(digest("config: { a: 3 }"));
    expect(() => digest("config: { chittyops:reviewSigner: { command: sign } }")).toThrow(/as a review needs it/);
  });
});
