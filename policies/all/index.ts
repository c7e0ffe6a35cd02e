import { baseline } from "../baseline/pack.ts";
import { servePacks } from "../kit/serve-packs.ts";
import { tenantIsolation } from "../tenant-isolation/pack.ts";

servePacks("chittyops-all", [baseline, tenantIsolation]);
