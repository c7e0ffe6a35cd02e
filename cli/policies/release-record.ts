import { readFileSync } from "node:fs";
import { z } from "zod";
import { writeWholeSync } from "../../local/engine/write-whole.ts";
import { runFile, type StackTarget } from "../engine/stack-target.ts";

/** What is kept of a release on this machine: whether the rules hold for what was made. */
const releaseRecord = z.object({
  at: z.iso.datetime(),
  compliant: z.boolean(),
  /** What is wrong, a line each; empty when it is compliant. */
  reasons: z.array(z.string()),
  /** SHA-256 of everything that the rules said, 64 hexadecimal digits. */
  evidence: z.string().optional(),
});
type ReleaseRecord = z.infer<typeof releaseRecord>;

const fileOf = (target: StackTarget): string => runFile(target, ".release.json");

/** Marks the last release of a stack. */
export function markRelease(target: StackTarget, record: ReleaseRecord): void {
  writeWholeSync(fileOf(target), JSON.stringify(record));
}

/** The mark of the last release that was made from this machine; nothing where there was none. */
export function lastRelease(target: StackTarget): ReleaseRecord | undefined {
  try {
    return releaseRecord.parse(JSON.parse(readFileSync(fileOf(target), "utf8")));
  } catch {
    return undefined;
  }
}
