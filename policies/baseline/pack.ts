import type { Pack } from "../kit/define-rule.ts";
import { baselineRules } from "./rules/index.ts";

export const baseline: Pack = { name: "baseline", version: "0.1.0", rules: baselineRules };
