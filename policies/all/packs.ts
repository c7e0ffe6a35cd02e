import { baseline } from "../baseline/pack.ts";
import { government } from "../government/pack.ts";
import type { Pack } from "../kit/define-rule.ts";
import { tenantIsolation } from "../tenant-isolation/pack.ts";

/** Every pack there is. */
export const packs: readonly Pack[] = [baseline, tenantIsolation, government];

/** Ids of all their rules. */
export const ruleIds: ReadonlySet<string> = new Set(packs.flatMap(({ rules }) => rules.map(({ id }) => id)));
