import type { VersionRecord } from "../../store/records/workers.ts";
import type { WorkerBinding } from "../../types.ts";
import { ApiError } from "../api-error.ts";
import { type Call, check } from "../call.ts";
import { normaliseBinding } from "./bindings.ts";
import { type CommittedVersion, commitVersion, storeModules, type VersionDraft } from "./commit-version.ts";
import { inheritBindings } from "./inherit-bindings.ts";
import { type UploadMetadata, uploadMetadata } from "./metadata.ts";
import type { ScriptTarget } from "./script-target.ts";
import { readUploadForm } from "./upload-form.ts";

/** What scripts got before compatibility dates existed. */
const oldestDate = "2021-11-02";

/**
 * Takes a multipart upload and makes a version of it.
 * @param options.deploy `PUT` of a script deploys, `POST` of a version does not.
 * @throws {ApiError} 400/10021 without a main module, and what `commitVersion` refuses.
 */
export async function uploadScript(
  call: Call,
  target: ScriptTarget,
  options: { deploy: boolean; triggeredBy: string },
): Promise<CommittedVersion> {
  checkScriptName(target.name);
  const form = await readUploadForm(call.request, "metadata");
  const metadata = check(uploadMetadata, form.metadata, 10021);
  if (metadata.body_part !== undefined) {
    throw new ApiError(400, 10021, "The embedded cloud runs modules only: give `main_module`, and no `body_part`.");
  }
  const mainModule = metadata.main_module ?? "";
  if (!form.modules.some(({ name }) => name === mainModule)) {
    const parts = form.modules.map(({ name }) => name).join(", ") || "none";
    throw new ApiError(
      400,
      10021,
      `No such module "${mainModule}": it is the main_module of the metadata; uploaded were: ${parts}.`,
    );
  }
  const modules = storeModules(call.store, form.modules);
  const strict = call.query.get("bindings_inherit") === "strict";
  return commitVersion(call, target, {
    deploy: options.deploy,
    source: sourceOf(call),
    draft: (previous) => draft(metadata, { mainModule, modules }, previous, { strict, ...options }),
  });
}

function draft(
  metadata: UploadMetadata,
  code: Pick<VersionDraft, "mainModule" | "modules">,
  previous: VersionRecord | undefined,
  options: { strict: boolean; deploy: boolean; triggeredBy: string },
): VersionDraft {
  const uploaded = ((metadata.bindings ?? []) as WorkerBinding[]).map(normaliseBinding);
  return {
    ...code,
    compatibilityDate: metadata.compatibility_date ?? oldestDate,
    compatibilityFlags: metadata.compatibility_flags ?? [],
    usageModel: metadata.usage_model ?? "standard",
    limits: metadata.limits ?? undefined,
    placement: metadata.placement ?? undefined,
    bindings: inheritBindings(uploaded, previous?.bindings ?? [], {
      keep: metadata.keep_bindings ?? [],
      strict: options.strict,
    }),
    annotations: { "workers/triggered_by": options.triggeredBy, ...metadata.annotations },
    migrations: metadata.migrations,
    // An upload that deploys says everything about the script; what it leaves out is switched off. Tags stay.
    settings: options.deploy
      ? {
          logpush: metadata.logpush ?? null,
          tail_consumers: metadata.tail_consumers ?? null,
          observability: metadata.observability ?? null,
          ...(metadata.tags === undefined ? {} : { tags: metadata.tags }),
        }
      : undefined,
  };
}

/** Which client uploads: `wrangler` says so in its User-Agent. */
export function sourceOf(call: Call): string {
  return /wrangler/i.test(call.request.headers.get("user-agent") ?? "") ? "wrangler" : "api";
}

/** @throws {ApiError} 400/10016 */
export function checkScriptName(name: string): void {
  if (/^[a-z0-9_][a-z0-9_-]{0,62}$/.test(name)) return;
  throw new ApiError(
    400,
    10016,
    `Script name '${name}' is invalid: expected up to 63 lowercase letters, digits, dashes and underscores, not starting with a dash.`,
  );
}
