import { createHash } from "node:crypto";
import { z } from "zod";
import { isBinding } from "../../../contracts/policy-result.ts";
import type { Review } from "../review.ts";
import { verdictOf } from "../verdict.ts";

export const statementType = "application/vnd.in-toto+json";

const sha256Digest = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** What verification needs of the statement: the names of the files and their digests. */
export const statementSchema = z.object({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.array(z.object({ name: z.string().min(1), digest: sha256Digest })).min(1),
  predicateType: z.literal("https://in-toto.io/attestation/test-result/v0.1"),
  predicate: z.object({
    result: z.enum(["PASSED", "WARNED", "FAILED"]),
    /** Resource descriptors of what the review was made from. */
    configuration: z.array(z.looseObject({ name: z.string() })),
    /** Ids of rules. */
    passedTests: z.array(z.string()),
    warnedTests: z.array(z.string()),
    failedTests: z.array(z.string()),
  }),
});
export type Statement = z.infer<typeof statementSchema>;

/**
 * The in-toto Statement about the files of a review: their SHA-256, the verdict rule by rule, and what it was made from: stack, commit,
 * configuration, packs, waivers, version of the command line. Predicate test-result v0.1.
 */
export function statementOf(review: Review, files: ReadonlyMap<string, string>): Statement {
  const { compliant, open } = verdictOf(review);
  const stateOf = (id: string) => review.records.filter(({ policy }) => policy === id);
  const failing = new Set(
    review.rules.flatMap(({ id }) => {
      const own = stateOf(id);
      const broken = own.some(
        (record) =>
          record.state === "error" ||
          (isBinding(record) &&
            (record.state === "fail" || (review.undeterminedFails && record.state === "undetermined"))),
      );
      return broken || own.length === 0 ? [id] : [];
    }),
  );
  const warned = new Set(
    review.records
      .filter(({ policy, state }) => !failing.has(policy) && ["fail", "undetermined", "fail-waived"].includes(state))
      .map(({ policy }) => policy),
  );
  const ids = review.rules.map(({ id }) => id);
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [...files].map(([name, text]) => ({ name, digest: { sha256: sha256(text) } })),
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    predicate: {
      result: !compliant ? "FAILED" : open > 0 || warned.size > 0 ? "WARNED" : "PASSED",
      configuration: madeFrom(review),
      passedTests: ids.filter((id) => !failing.has(id) && !warned.has(id)),
      warnedTests: ids.filter((id) => warned.has(id)),
      failedTests: ids.filter((id) => failing.has(id)),
    },
  };
}

/** As resource descriptors of in-toto: a name with a digest or with annotations. */
function madeFrom(review: Review): Statement["predicate"]["configuration"] {
  const { project, stack, subject, commit, modified, configDigest, packs, waiverFiles, version, at, previous } = review;
  return [
    { name: "stack", annotations: { project, stack, subject, at } },
    { name: "commit", digest: { gitCommit: commit }, annotations: { modified } },
    { name: "configuration", digest: { sha256: configDigest } },
    ...packs.map(({ name, version, digest }) => ({
      name: `pack/${name}`,
      digest: { sha256: digest },
      annotations: { version },
    })),
    ...waiverFiles.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    ...(previous ? [{ name: `review/${previous.id}`, digest: { sha256: previous.sha256 } }] : []),
    { name: "chittyops", annotations: { version } },
  ];
}

export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
