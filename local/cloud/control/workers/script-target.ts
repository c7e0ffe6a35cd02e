import {
  type ScriptRecord,
  scriptKey,
  scriptScope,
  scripts,
  type VersionRecord,
  versions,
} from "../../store/records/workers.ts";
import type { Store } from "../../store/store.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";

/** Which script a path names: one of the account, or one inside a dispatch namespace. */
export interface ScriptTarget {
  accountId: string;
  dispatchNamespace?: string;
  name: string;
}

/** The target of a path with `:script`, and `:namespace` where scripts of a dispatch namespace are meant. */
export function scriptTarget(call: Call): ScriptTarget {
  const dispatchNamespace = call.optionalParameter("dispatch");
  return {
    accountId: call.accountId,
    name: call.parameter("script"),
    ...(dispatchNamespace === undefined ? {} : { dispatchNamespace }),
  };
}

export function findScript(store: Store, target: ScriptTarget): ScriptRecord | undefined {
  return store.get(scripts, scriptScope(target.accountId, target.dispatchNamespace), target.name);
}

/** The script that the path names. @throws {ApiError} 404/10007 */
export function scriptOf(call: Call): ScriptRecord {
  const script = findScript(call.store, scriptTarget(call));
  if (!script) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  return script;
}

/** The newest version, deployed or not; undefined for a Worker without code. */
export function latestVersion(store: Store, script: ScriptRecord): VersionRecord | undefined {
  return store.list(versions, scriptKey(script)).at(-1);
}

/** The version that answers most requests; undefined for a Worker without a deployment. */
export function deployedVersion(store: Store, script: ScriptRecord): VersionRecord | undefined {
  const main = [...(script.deployments[0]?.versions ?? [])].sort((a, b) => b.percentage - a.percentage)[0];
  return main && store.get(versions, scriptKey(script), main.version_id);
}
