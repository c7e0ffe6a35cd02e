import type { Pack } from "../kit/define-rule.ts";
import { governmentRules } from "./rules/index.ts";

export const government: Pack = { name: "government", version: "0.1.0", rules: governmentRules };
