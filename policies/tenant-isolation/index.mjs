import { servePacks } from "../kit/serve-packs.ts";
import { tenantIsolation } from "./pack.ts";

servePacks("chittyops-tenant-isolation", [tenantIsolation]);
