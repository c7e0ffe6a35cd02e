import type { KeyObject } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsFile } from "../../policies/evidence/evidence-files.ts";
import { type Review, reviewSchema } from "../../policies/evidence/review.ts";
import { sha256 } from "../../policies/evidence/seal/statement.ts";
import { keyIdOf, verifyFolder } from "../../policies/evidence/seal/verify-folder.ts";
import type { StackTarget } from "../engine/stack-target.ts";

/** Where reviews are kept: a folder for each, below the ChittyOps home. */
export const reviewsFolder = (home: string): string => join(home, "reviews");

/** `<time>-<project>-<stack>`: sorted by name, they are sorted by time. */
export const reviewId = (at: Date, { project, stack }: Pick<StackTarget, "project" | "stack">): string =>
  `${at.toISOString().replaceAll(/[:.]/g, "-")}-${project}-${stack}`;

export interface PreviousReview {
  review: Review;
  /** SHA-256 of its `records.json`. */
  sha256: string;
}

/**
 * The last review of a stack, or why it cannot be used: only one that is as it was signed, with the key that signs now, is worth comparing
 * with. Nothing when there is none.
 */
export function previousReview(
  home: string,
  target: Pick<StackTarget, "project" | "stack">,
  publicKey: KeyObject,
): PreviousReview | { refused: string } | undefined {
  const folder = reviewsFolder(home);
  const suffix = new RegExp(`^[0-9T-]+Z-${target.project}-${target.stack}$`);
  const last = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => suffix.test(name))
        .sort()
        .at(-1)
    : undefined;
  if (last === undefined) return undefined;
  const [problem] = verifyFolder(join(folder, last), publicKey).problems;
  if (problem !== undefined) {
    return { refused: `The last review, ${last}, is not compared with: ${problem} (key ${keyIdOf(publicKey)}).` };
  }
  const text = readFileSync(join(folder, last, recordsFile), "utf8");
  const parsed = reviewSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return { refused: `The last review, ${last}, is not compared with: it is of another version.` };
  return { review: parsed.data, sha256: sha256(text) };
}
