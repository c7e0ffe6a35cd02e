import type { Pack } from "./pack.ts";

/** Why a unit does not serve. */
export interface UnitFailure {
  kind: "start" | "hang";
  /** For people, e.g. what workerd printed. */
  reason: string;
}

/** Where a unit is: serving in a process, failed, or (undefined) on its way. */
export type Whereabouts = { pack: Pack } | { failure: UnitFailure } | undefined;
