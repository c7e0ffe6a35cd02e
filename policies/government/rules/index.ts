import type { Rule } from "../../kit/define-rule.ts";

export const governmentRules: readonly Rule[] = [];
