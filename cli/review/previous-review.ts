import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsFile } from "../../policies/evidence/evidence-files.ts";
import { parseReview, type Review } from "../../policies/evidence/review.ts";
import { manifestFile, verifyFolder } from "../../policies/evidence/seal/verify-folder.ts";
import type { StackTarget } from "../engine/stack-target.ts";
import { reviewId } from "./make-review.ts";
import type { ReviewSigner } from "./signing-key.ts";

/** The review before this one; or why the one that is there is not trusted. */
export type Previous =
  | { review: Review; reference: NonNullable<Review["previous"]> }
  | { refused: string }
  | Record<string, never>;

/** Finds the latest review of a stack in a folder of reviews, and uses it only if it is as it was signed, with the key that signs now. */
export function previousReview(folder: string, target: StackTarget, { publicKey }: ReviewSigner): Previous {
  const epoch = reviewId(target, new Date(0));
  const suffix = epoch.slice(epoch.indexOf("Z") + 1);
  const latest = existsSync(folder)
    ? readdirSync(folder)
        // The time is as long in each, so that a stack whose name ends like this one's is not taken for it.
        .filter((name) => name.length === epoch.length && name.endsWith(suffix))
        .sort()
        .at(-1)
    : undefined;
  if (latest === undefined) return {};
  const { problems } = verifyFolder(join(folder, latest), publicKey);
  const [problem] = problems;
  if (problem !== undefined) {
    return { refused: `The review ${latest} is there, and nothing was compared with it: ${problem}.` };
  }
  const review = parseReview(readFileSync(join(folder, latest, recordsFile), "utf8"));
  const sha256 = createHash("sha256")
    .update(readFileSync(join(folder, latest, manifestFile)))
    .digest("hex");
  return { review, reference: { id: review.id, at: review.at, commit: review.commit, sha256 } };
}
