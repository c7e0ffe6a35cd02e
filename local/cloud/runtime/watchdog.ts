import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Fleet } from "./fleet.ts";
import type { Pack } from "./pack.ts";

export interface WatchdogOptions {
  fleet: Fleet;
  log: Log;
  /** How long a process may leave a ping without an answer, milliseconds. */
  patience?: number;
  /** How long a unit that hung rests before it may run again; doubles with each hang. */
  rest?: number;
}

/** Ends processes that do not answer: an endless loop in one Worker stops everything in its process. */
export interface Watchdog {
  stop(): void;
}

const interval = 500;
const longestRest = 60_000;
/** After this long without a hang, a unit may share a process again. */
const probation = 120_000;

export function startWatchdog({ fleet, log, patience = 8000, rest = 2000 }: WatchdogOptions): Watchdog {
  const controller = new AbortController();
  const pinging = new Set<Pack>();
  const hangs = new Map<string, { times: number; last: number }>();

  async function check(pack: Pack): Promise<void> {
    if (pinging.has(pack) || pack.pid === undefined) return;
    pinging.add(pack);
    try {
      // Undici's own timeouts are coarse, so the time is taken here.
      const answered = await Promise.race([
        pack.link("ping").then(
          () => true,
          () => pack.pid === undefined,
        ),
        delay(patience, false, { signal: controller.signal }),
      ]);
      if (!answered && pack.pid !== undefined && !controller.signal.aborted) await end(pack);
    } catch {
      // Stopped meanwhile.
    } finally {
      pinging.delete(pack);
    }
  }

  async function end(pack: Pack): Promise<void> {
    const busy = [...pack.inFlight].filter(([, count]) => count > 0).map(([id]) => id);
    // A unit may also hang in a call from elsewhere, which the edge does not see: then each gets a process of its own until it shows.
    const suspects = busy.length > 0 ? busy : pack.units.map(({ id }) => id);
    log.error(`${pack.name} has not answered for ${patience} ms and is ended; suspects: ${suspects.join(", ")}`);
    for (const id of suspects) {
      const before = hangs.get(id);
      const times = (before && Date.now() - before.last < probation ? before.times : 0) + 1;
      hangs.set(id, { times, last: Date.now() });
      setTimeout(() => fleet.forgive(id), Math.min(rest * 2 ** (times - 1), longestRest)).unref();
      setTimeout(() => {
        if (Date.now() - (hangs.get(id)?.last ?? 0) >= probation) fleet.release(id);
      }, probation + 100).unref();
    }
    const reason = `did not give way to anything else for ${patience / 1000} s, e.g. in an endless loop; its process was ended`;
    await fleet.hung(pack, suspects, { kind: "hang", reason });
  }

  const timer = setInterval(() => {
    for (const pack of fleet.processes()) void check(pack);
  }, interval).unref();
  return {
    stop() {
      clearInterval(timer);
      controller.abort();
    },
  };
}
