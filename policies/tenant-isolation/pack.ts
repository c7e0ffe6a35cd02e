import type { Pack } from "../kit/define-rule.ts";
import { tenantRules } from "./rules/index.ts";

export const tenantIsolation: Pack = { name: "tenant-isolation", version: "0.1.0", rules: tenantRules };
