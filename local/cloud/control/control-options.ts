import type { Neon } from "../neon/neon.ts";
import type { Services } from "./call.ts";
import type { Faults } from "./faults.ts";
import type { RequestLog } from "./request-log.ts";

/** What the control API is made of. */
export interface ControlOptions extends Services {
  requestLog: RequestLog;
  faults: Faults;
  neon: Neon;
}
