import type { VersionRecord } from "../../store/records/workers.ts";
import type { WorkerModule } from "../../types.ts";
import { ApiError } from "../api-error.ts";
import { type Call, check } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { changeVersion } from "./change-version.ts";
import { storeModules } from "./commit-version.ts";
import { uploadMetadata } from "./metadata.ts";
import { deployedVersion, latestVersion, scriptOf } from "./script-target.ts";
import { shownScript } from "./shown-script.ts";
import { readUploadForm } from "./upload-form.ts";

/** Content types by which modules are sent and shown. */
export const contentTypes: Record<WorkerModule["type"], string> = {
  esm: "application/javascript+module",
  commonjs: "application/javascript",
  wasm: "application/wasm",
  text: "text/plain",
  data: "application/octet-stream",
  json: "application/json",
  python: "text/x-python",
  sourcemap: "application/source-map",
};

/** The code of a script as multipart, its main module first, below `base`. */
export function contentRoutes(base: string): Route[] {
  return [
    route("GET", `${base}/content/v2`, getContent),
    route("GET", `${base}/content`, getContent),
    route("PUT", `${base}/content`, putContent),
  ];
}

export const scriptDownloadRoutes: Route[] = [
  route("GET", "/accounts/:account/workers/scripts/:script", getContent),
  route("GET", "/accounts/:account/workers/services/:script/environments/:environment/content/v2", getContent),
];

async function getContent(call: Call): Promise<Response> {
  const script = scriptOf(call);
  const version = deployedVersion(call.store, script) ?? latestVersion(call.store, script);
  if (!version) throw new ApiError(404, 10007, "This Worker has no versions.");
  const response = new Response(formOf(call, version));
  response.headers.set("cf-entrypoint", version.mainModule);
  response.headers.set("etag", version.etag);
  return response;
}

function formOf(call: Call, version: VersionRecord): FormData {
  const form = new FormData();
  const mainFirst = [...version.modules].sort(
    (a, b) => Number(b.name === version.mainModule) - Number(a.name === version.mainModule),
  );
  for (const { name, type, hash } of mainFirst) {
    const content = new Uint8Array(call.store.blob(hash));
    form.append(name, new Blob([content], { type: contentTypes[type] }), name);
  }
  return form;
}

/** New code under the same bindings and settings. */
async function putContent(call: Call): Promise<Response> {
  const form = await readUploadForm(call.request, "metadata");
  const { main_module } = check(uploadMetadata, form.metadata, 10021);
  const mainModule = main_module ?? "";
  if (!form.modules.some(({ name }) => name === mainModule)) {
    throw new ApiError(400, 10021, `No such module "${mainModule}".`);
  }
  const modules = storeModules(call.store, form.modules);
  const { script, version } = await changeVersion(call, {
    triggeredBy: "upload",
    refusalCode: 10214,
    change: (draft) => ({ ...draft, mainModule, modules }),
  });
  return ok(shownScript(script, version));
}
