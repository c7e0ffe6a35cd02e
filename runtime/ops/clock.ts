import type { Clock } from "../storage/object-storage.ts";
import { configurationOf } from "./configuration.ts";

let ahead = 0;
let asked = Number.NEGATIVE_INFINITY;
/** Who comes while it is asked waits for the answer. */
let asking: Promise<void> = Promise.resolve();

/**
 * The plane's time. In `local` the embedded cloud's clock can be advanced: how far it is ahead is asked for once a second at most.
 * Everything that happens in the plane takes its time from here.
 */
export async function planeClock(env: { OPS: string }): Promise<Clock> {
  const { clockUrl } = configurationOf(env);
  if (clockUrl !== undefined && Date.now() - asked > 1_000) {
    asked = Date.now();
    asking = ask(clockUrl);
  }
  await asking;
  return { now: () => Date.now() + ahead };
}

async function ask(clockUrl: string): Promise<void> {
  try {
    const answer = (await (await fetch(clockUrl)).json()) as { aheadMilliseconds?: unknown };
    if (typeof answer.aheadMilliseconds !== "number") throw new Error("it does not say how far it is ahead");
    ahead = answer.aheadMilliseconds;
  } catch (error) {
    console.warn(`The embedded cloud's clock cannot be read: ${String(error)}`);
  }
}

/** What to set an alarm to, so that it fires at a time of the plane: the embedded cloud moves alarms that are set when its clock advances. */
export const alarmTime = (planeTime: number): number => planeTime - ahead;
