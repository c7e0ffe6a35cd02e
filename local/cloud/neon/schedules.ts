import type { BackupSchedule, BackupScheduleItem } from "@neondatabase/api-client";
import { Cron } from "croner";
import { neonBranches } from "../store/records/neon.ts";
import { type NeonCall, type NeonHandler, ok } from "./call.ts";
import { NeonError } from "./neon-error.ts";

const frequencies = ["hourly", "daily", "weekly", "monthly", "yearly"];

/** A clock advanced by years takes that many snapshots at most: the newest. */
const mostPerItem = 31;

/** When an item is due in (from, to], in milliseconds. Weekdays count from Monday, 1. */
export function dueTimes(
  { frequency, hour = 0, day = 1, month = 1 }: BackupScheduleItem,
  from: number,
  to: number,
): number[] {
  const patterns: Record<string, string> = {
    hourly: "0 * * * *",
    daily: `0 ${hour} * * *`,
    weekly: `0 ${hour} * * ${day % 7}`,
    monthly: `0 ${hour} ${day} * *`,
    yearly: `0 ${hour} ${day} ${month} *`,
  };
  const pattern = patterns[frequency];
  if (pattern === undefined) return [];
  const cron = new Cron(pattern, { timezone: "UTC", paused: true });
  const times = cron.previousRuns(mostPerItem, new Date(to + 1)).map((date) => date.getTime());
  return times.filter((time) => time > from && time <= to).sort((a, b) => a - b);
}

function setSnapshotSchedule(call: NeonCall) {
  const { schedule } = call.body<BackupSchedule>();
  const unknown = schedule.filter(({ frequency }) => !frequencies.includes(frequency));
  if (unknown.length > 0) {
    const found = unknown.map(({ frequency }) => `"${frequency}"`).join(", ");
    throw new NeonError(400, `unknown frequency ${found}: expected one of ${frequencies.join(", ")}`);
  }
  const branch = call.branch();
  call.services.store.put(neonBranches, { ...branch, schedule, scheduledUntil: call.now() });
  return ok({});
}

export const scheduleHandlers: Record<string, NeonHandler> = {
  getSnapshotSchedule: (call) => ok({ schedule: call.branch().schedule }),
  setSnapshotSchedule,
};
