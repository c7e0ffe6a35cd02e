import type { VersionRecord } from "../../store/records/workers.ts";
import type { WorkerBinding, WorkerModule } from "../../types.ts";
import { ApiError } from "../api-error.ts";
import { type Call, check } from "../call.ts";
import { assetsOfToken } from "./asset-routes.ts";
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
  return uploadVersion(call, target, metadata, form.modules, options);
}

/** The same for modules and metadata however they came. */
export async function uploadVersion(
  call: Call,
  target: ScriptTarget,
  metadata: UploadMetadata,
  uploaded: WorkerModule[],
  options: { deploy: boolean; triggeredBy: string },
): Promise<CommittedVersion> {
  if (metadata.body_part !== undefined) {
    throw new ApiError(400, 10021, "The embedded cloud runs modules only: give `main_module`, and no `body_part`.");
  }
  if (metadata.exports !== undefined && metadata.exports !== null) {
    throw new ApiError(
      501,
      10021,
      "The embedded cloud does not serve `exports`: declare Durable Objects by `migrations`.",
    );
  }
  const isAssetsOnly = metadata.main_module === undefined && uploaded.length === 0 && metadata.assets != null;
  const mainModule = isAssetsOnly ? assetsOnlyModule.name : (metadata.main_module ?? "");
  const given = isAssetsOnly ? [assetsOnlyModule] : uploaded;
  if (!given.some(({ name }) => name === mainModule)) {
    const parts = given.map(({ name }) => name).join(", ") || "none";
    throw new ApiError(
      400,
      10021,
      `No such module "${mainModule}": it is the main_module of the metadata; uploaded were: ${parts}.`,
    );
  }
  const jwt = metadata.assets?.jwt;
  const assetsDirectory = jwt === undefined ? undefined : await assetsOfToken(call, jwt);
  const modules = storeModules(call.store, given);
  const strict = call.query.get("bindings_inherit") === "strict";
  return commitVersion(call, target, {
    deploy: options.deploy,
    source: sourceOf(call),
    draft: (previous) => draft(metadata, { mainModule, modules, assetsDirectory }, previous, { strict, ...options }),
  });
}

/** What a Worker of static assets alone runs for requests that no asset answers. */
const assetsOnlyModule: WorkerModule = {
  name: "assets-only.mjs",
  type: "esm",
  content: new TextEncoder().encode('export default { fetch: () => new Response("Not Found", { status: 404 }) };\n'),
};

function draft(
  metadata: UploadMetadata,
  code: Pick<VersionDraft, "mainModule" | "modules"> & { assetsDirectory: string | undefined },
  previous: VersionRecord | undefined,
  options: { strict: boolean; deploy: boolean; triggeredBy: string },
): VersionDraft {
  const uploaded = ((metadata.bindings ?? []) as WorkerBinding[]).map(normaliseBinding);
  const { assetsDirectory, ...modules } = code;
  return {
    ...modules,
    assets: assetsOf(metadata, assetsDirectory, previous),
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

/** New assets, or those of the version before when the upload says to keep them. */
function assetsOf(
  metadata: UploadMetadata,
  directory: string | undefined,
  previous: VersionRecord | undefined,
): VersionDraft["assets"] {
  const config = metadata.assets?.config ?? undefined;
  if (directory !== undefined) return { directory, config: config ?? {} };
  if (metadata.keep_assets !== true || !previous?.assets) return undefined;
  return config ? { ...previous.assets, config } : previous.assets;
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
