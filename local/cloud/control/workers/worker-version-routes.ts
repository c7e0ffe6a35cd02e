import { z } from "zod";
import { type ScriptRecord, scriptKey, type VersionRecord, versions } from "../../store/records/workers.ts";
import type { WorkerModule } from "../../types.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { shownBinding } from "./bindings.ts";
import { contentTypes } from "./content-routes.ts";
import { uploadMetadata } from "./metadata.ts";
import { uploadVersion } from "./upload-script.ts";
import { workerOf, workerVersionOf } from "./worker-routes.ts";

const base = "/accounts/:account/workers/workers/:worker/versions";

const versionBody = uploadMetadata.extend({
  modules: z
    .array(z.object({ name: z.string().min(1), content_type: z.string(), content_base64: z.base64() }))
    .optional(),
});

/** Versions of the newer API: JSON, with modules in base64. They are immutable. */
export const workerVersionRoutes: Route[] = [
  route("GET", base, (call) => {
    const worker = workerOf(call);
    const newestFirst = call.store.list(versions, scriptKey(worker)).reverse();
    return paged(
      call,
      newestFirst.map((version) => shown(call, worker, version)),
      { perPage: 10, max: 100 },
    );
  }),
  route("POST", base, async (call) => {
    const { modules = [], ...metadata } = await call.json(versionBody, 10021);
    const worker = workerOf(call);
    const { script, version } = await uploadVersion(
      call,
      { accountId: worker.accountId, name: worker.name },
      metadata,
      modules.map(({ name, content_type, content_base64 }) => ({
        name,
        type: typeOf(content_type),
        content: Buffer.from(content_base64, "base64"),
      })),
      { deploy: call.query.get("deploy") === "true", triggeredBy: "create_version_api" },
    );
    return ok(shown(call, script, version));
  }),
  route("GET", `${base}/:version`, (call) => {
    const worker = workerOf(call);
    return ok(shown(call, worker, workerVersionOf(call, worker)));
  }),
  route("DELETE", `${base}/:version`, (call) => {
    const worker = workerOf(call);
    const { id } = workerVersionOf(call, worker);
    const isDeployed = worker.deployments[0]?.versions.some(({ version_id }) => version_id === id);
    if (!isDeployed) call.store.remove(versions, scriptKey(worker), id);
    return ok(null);
  }),
];

function typeOf(contentType: string): WorkerModule["type"] {
  const known = Object.entries(contentTypes).find(([, value]) => value === contentType);
  return (known?.[0] as WorkerModule["type"] | undefined) ?? "data";
}

function shown(call: Call, worker: ScriptRecord, version: VersionRecord): Record<string, unknown> {
  const withModules = call.query.get("include") === "modules";
  return {
    id: version.id,
    number: version.number,
    created_on: version.createdOn,
    source: version.source,
    author_email: version.authorEmail,
    annotations: version.annotations,
    urls: [],
    bindings: version.bindings.map(shownBinding),
    compatibility_date: version.compatibilityDate,
    compatibility_flags: version.compatibilityFlags,
    main_module: version.mainModule,
    usage_model: version.usageModel,
    startup_time_ms: version.startupTimeMs,
    ...(version.limits ? { limits: version.limits } : {}),
    ...(version.placement ? { placement: version.placement } : {}),
    ...(version.assets ? { assets: { config: version.assets.config } } : {}),
    ...(worker.migrationTag === undefined ? {} : { migration_tag: worker.migrationTag }),
    ...(withModules ? { modules: version.modules.map((module) => shownModule(call, module)) } : {}),
  };
}

function shownModule(call: Call, { name, type, hash }: VersionRecord["modules"][number]): Record<string, unknown> {
  return {
    name,
    content_type: contentTypes[type],
    content_base64: Buffer.from(call.store.blob(hash)).toString("base64"),
  };
}
