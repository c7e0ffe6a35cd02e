import { readFileSync } from "node:fs";
import { z } from "zod";
import { writeWholeSync } from "../../local/engine/write-whole.ts";

/** What the command line notes about the run that works on a stack, so that the next one knows how it ended. */
const runRecord = z.object({
  /** Marks every process of the run: they have it in `CHITTYOPS_RUN` of their environment. */
  id: z.string(),
  command: z.string(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  state: z.enum(["running", "finished"]),
});
export type RunRecord = z.infer<typeof runRecord>;

/** Name of the environment variable that marks the processes of a run. */
export const runMarker = "CHITTYOPS_RUN";

export function readRunRecord(file: string): RunRecord | undefined {
  try {
    return runRecord.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** A kill leaves the old record or the new one. */
export function writeRunRecord(file: string, record: RunRecord): void {
  writeWholeSync(file, JSON.stringify(record));
}
