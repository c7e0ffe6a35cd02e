import type { Log } from "../log.ts";
import { called } from "./drain.ts";
import type { Fleet } from "./fleet.ts";
import { isHung } from "./is-hung.ts";
import type { Pack } from "./pack.ts";

export interface WatchdogOptions {
  fleet: Fleet;
  log: Log;
  /** How long a process may leave a ping without an answer, milliseconds. */
  patience?: number;
  /** How long a unit that hung rests before it may run again, milliseconds; doubles with each hang. */
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
      const hung = await isHung(() => pack.pid, pack.link("ping"), { patience, signal: controller.signal });
      if (hung)
        await end(
          pack,
          `did not give way to anything else for ${patience / 1000} s, e.g. in an endless loop; its process was ended`,
        );
    } catch {
      // Stopped meanwhile.
    } finally {
      pinging.delete(pack);
    }
  }

  async function end(pack: Pack, reason: string): Promise<void> {
    const busy = [...new Set(pack.inFlight.values())];
    const others = [...fleet.processes()].filter((other) => other !== pack);
    // A unit may also hang in a call from another process, which the edge does not see; then each gets a process of its own until it shows.
    const hidden = busy.length === 0 || (pack.units.length > 1 && (await called(pack, others)));
    const suspects = hidden ? pack.units.map(({ id }) => id) : busy;
    log.error(`${pack.label} is ended, since a Worker in it ${reason}; suspects: ${suspects.join(", ")}`);
    for (const id of suspects) {
      const before = hangs.get(id);
      const times = (before && Date.now() - before.last < probation ? before.times : 0) + 1;
      hangs.set(id, { times, last: Date.now() });
      setTimeout(() => fleet.forgive(id), Math.min(rest * 2 ** (times - 1), longestRest)).unref();
      setTimeout(() => {
        if (Date.now() - (hangs.get(id)?.last ?? 0) >= probation) fleet.release(id);
      }, probation + 100).unref();
    }
    await fleet.hung(pack, suspects, { kind: "hang", reason });
  }

  fleet.onBroken = (pack) => void end(pack, "makes its process die again and again");
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
