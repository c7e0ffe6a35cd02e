import type { NeonBranchRecord, NeonProjectRecord } from "../store/records/neon.ts";
import { NeonError } from "./neon-error.ts";
import type { NeonServices } from "./services.ts";

/**
 * The embedded cloud's log sequence numbers: the milliseconds of the local clock, written as Postgres writes an LSN. They grow with time
 * and name a moment, which is all that the API needs of them; they are not those that Postgres itself counts.
 */
export function lsnOf(time: number): string {
  return `${Math.floor(time / 2 ** 32)
    .toString(16)
    .toUpperCase()}/${(time % 2 ** 32).toString(16).toUpperCase().padStart(8, "0")}`;
}

function timeOfLsn(lsn: string): number {
  const [, high = "", low = ""] = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(lsn) ?? [];
  if (high === "") throw new NeonError(400, `invalid LSN "${lsn}"`);
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

/**
 * The moment that a request names by a timestamp or an LSN, in milliseconds of the local clock; none: now.
 * @throws {NeonError} 400 when it lies outside what the branch's history holds.
 */
export function momentOf(
  { clock }: NeonServices,
  project: NeonProjectRecord,
  branch: NeonBranchRecord,
  asked: { lsn?: string | undefined; timestamp?: string | undefined },
): number | undefined {
  if (asked.lsn !== undefined && asked.timestamp !== undefined)
    throw new NeonError(400, "only one of LSN and timestamp may be given");
  if (asked.lsn === undefined && asked.timestamp === undefined) return undefined;
  const time = asked.lsn === undefined ? Date.parse(asked.timestamp ?? "") : timeOfLsn(asked.lsn);
  if (Number.isNaN(time)) throw new NeonError(400, `invalid timestamp "${asked.timestamp}"`);
  const now = clock.now();
  const text = new Date(time).toISOString();
  if (time > now) throw new NeonError(400, `the point in time ${text} is in the future`);
  const oldest = Math.max(Date.parse(branch.createdAt), now - project.historyRetentionSeconds * 1000);
  if (time < oldest) {
    throw new NeonError(
      400,
      `the point in time ${text} is outside the history of branch ${branch.id}, which begins at ${new Date(oldest).toISOString()}`,
    );
  }
  return time;
}
