import { join } from "node:path";
import type { EnvironmentName } from "../catalog/index.ts";
import { localPath, repositoryRoot } from "../local/engine/home.ts";

/**
 * Where an environment's records are: of `local` on this machine; of a real one in the repository, to be committed, unless
 * `CHITTYOPS_RECORDS` names another folder.
 */
export function recordsFolder(records: "tenants" | "reaped", environment: EnvironmentName): string {
  if (environment === "local") return localPath(records);
  return join(process.env.CHITTYOPS_RECORDS ?? repositoryRoot, records, environment);
}
