import type { VersionRecord } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { type CommittedVersion, commitVersion, type VersionDraft } from "./commit-version.ts";
import { latestVersion, scriptOf, scriptTarget } from "./script-target.ts";
import { sourceOf } from "./upload-script.ts";

/** A draft equal to a version, to be changed in part. */
function draftFrom(version: VersionRecord): VersionDraft {
  const {
    mainModule,
    modules,
    compatibilityDate,
    compatibilityFlags,
    usageModel,
    limits,
    placement,
    bindings,
    assets,
  } = version;
  return {
    mainModule,
    modules,
    compatibilityDate,
    compatibilityFlags,
    usageModel,
    limits,
    placement,
    bindings,
    assets,
    annotations: {},
  };
}

/**
 * Makes a version that differs from the latest one in part, and deploys it: how secrets and settings change.
 * @param options.refusalCode 10215 for secrets, 10214 for settings: what the API answers while the latest version is not deployed.
 * @throws {ApiError} 404/10007, 400 with `refusalCode`, and what `commitVersion` refuses.
 */
export async function changeVersion(
  call: Call,
  options: { triggeredBy: string; refusalCode: number; change(draft: VersionDraft): VersionDraft },
): Promise<CommittedVersion> {
  scriptOf(call);
  return commitVersion(call, scriptTarget(call), {
    deploy: true,
    source: sourceOf(call),
    draft: (previous) => {
      if (!previous) throw new ApiError(404, 10007, "This Worker has no versions. Upload one first.");
      refuseUndeployed(call, previous, options.refusalCode);
      const draft = draftFrom(previous);
      return options.change({ ...draft, annotations: { "workers/triggered_by": options.triggeredBy } });
    },
  });
}

function refuseUndeployed(call: Call, latest: VersionRecord, code: number): void {
  const script = scriptOf(call);
  const isDeployed = script.deployments[0]?.versions.some(({ version_id }) => version_id === latest.id);
  if (isDeployed || latestVersion(call.store, script) === undefined) return;
  throw new ApiError(
    400,
    code,
    "The latest version of the Worker is not deployed. Deploy it first, or make a new version with the change.",
  );
}
