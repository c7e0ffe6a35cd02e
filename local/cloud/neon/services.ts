import type { Log } from "../log.ts";
import type { PostgresFleet } from "../postgres/types.ts";
import type { Store } from "../store/store.ts";
import type { LocalClock } from "../types.ts";
import type { Operations } from "./operations.ts";
import type { RealTime } from "./real-time.ts";
import type { Usage } from "./usage.ts";

/** What Neon's handlers work on. */
export interface NeonServices {
  store: Store;
  clock: LocalClock;
  fleet: PostgresFleet;
  log: Log;
  realTime: RealTime;
  operations: Operations;
  usage: Usage;
}
