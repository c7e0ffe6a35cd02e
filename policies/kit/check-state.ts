import type { Pack } from "./define-rule.ts";
import { graphOfState } from "./graph-of-state.ts";
import { judge, type Verdict } from "./judge.ts";
import type { WaiverFile } from "./load-waivers.ts";

/**
 * Asks the rules about a stack's exported state, where hardly anything is unknown any more. Starts no engine.
 * @param tenants ids of those that the registry of tenants knows; absent where nobody says.
 */
export function checkState(
  exported: unknown,
  environment: string,
  packs: readonly Pack[],
  waivers: readonly WaiverFile[],
  tenants?: readonly string[],
): Verdict {
  return judge(graphOfState(exported, environment, tenants), packs, waivers, "state");
}
