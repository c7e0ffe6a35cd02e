import { Cron } from "croner";
import type { Log } from "../log.ts";
import type { DeployedScript, LocalClock } from "../types.ts";

export interface CronsOptions {
  clock: LocalClock;
  log: Log;
  /** Runs the `scheduled` handler of a script; resolves when it has ended. */
  fire(scriptKey: string, cron: string, scheduledTime: number): Promise<void>;
}

/** Fires the cron triggers of scripts, by the local clock, to the minute. */
export interface Crons {
  configure(scripts: DeployedScript[]): void;
  /** Fires whatever became due since the last time; resolves when those handlers have ended. */
  fireDue(): Promise<void>;
  stop(): void;
}

/** A clock advanced by years must not fire a minute's cron a million times. */
const mostPerCron = 1500;

export function createCrons({ clock, log, fire }: CronsOptions): Crons {
  let scripts: DeployedScript[] = [];
  const parsed = new Map<string, Cron | undefined>();
  /** From when on a cron counts: the last look, or when it was set. */
  let since = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function cronOf(pattern: string): Cron | undefined {
    if (!parsed.has(pattern)) parsed.set(pattern, parseCron(pattern, log));
    return parsed.get(pattern);
  }

  async function fireDue(): Promise<void> {
    const now = clock.now();
    const due = scripts.flatMap(({ key, crons }) =>
      crons.flatMap((pattern) => {
        const from = since.get(`${key} ${pattern}`) ?? now;
        since.set(`${key} ${pattern}`, now);
        return dueTimes(cronOf(pattern), from, now).map((time) => ({ key, pattern, time }));
      }),
    );
    due.sort((a, b) => a.time - b.time);
    const ofScript = [...Map.groupBy(due, ({ key }) => key).values()];
    await Promise.all(
      ofScript.map(async (events) => {
        for (const { key, pattern, time } of events) {
          if (stopped) return;
          await fire(key, pattern, time).catch((error: unknown) =>
            log.warn(`cron ${pattern} of ${key} failed: ${error instanceof Error ? error.message : String(error)}`),
          );
        }
      }),
    );
  }

  function wait(): void {
    if (stopped) return;
    const toNextMinute = 60_000 - (clock.now() % 60_000);
    timer = setTimeout(() => {
      void fireDue();
      wait();
    }, toNextMinute + 5).unref();
  }
  wait();

  return {
    configure(next) {
      scripts = next;
      const now = clock.now();
      const names = next.flatMap(({ key, crons }) => crons.map((pattern) => `${key} ${pattern}`));
      since = new Map(names.map((name) => [name, since.get(name) ?? now]));
    },
    fireDue,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Cloudflare counts weekdays from 1 (Sunday), as Quartz does: https://developers.cloudflare.com/workers/configuration/cron-triggers/ */
function parseCron(pattern: string, log: Log): Cron | undefined {
  try {
    return new Cron(pattern, { timezone: "UTC", paused: true, alternativeWeekdays: true });
  } catch (error) {
    log.warn(`cron ${pattern} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** The times in (from, to]. */
function dueTimes(cron: Cron | undefined, from: number, to: number): number[] {
  const times: number[] = [];
  let next = cron?.nextRun(new Date(from));
  while (next && next.getTime() <= to && times.length < mostPerCron) {
    times.push(next.getTime());
    next = cron?.nextRun(next);
  }
  return times;
}
