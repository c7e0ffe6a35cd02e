import { z } from "zod";
import { scriptScope, scripts } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";
import { assetSessionRoutes } from "./asset-routes.ts";
import { shownBinding } from "./bindings.ts";
import { contentRoutes } from "./content-routes.ts";
import { type DispatchNamespaceRecord, dispatchNamespaces } from "./dispatch-namespace-record.ts";
import { deleteScript, putScript } from "./script-routes.ts";
import { deployedVersion, latestVersion, scriptOf } from "./script-target.ts";
import { secretRoutes } from "./secret-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { shownScript } from "./shown-script.ts";

const base = "/accounts/:account/workers/dispatch/namespaces";
const script = `${base}/:dispatch/scripts/:script`;
const namespaceBody = z.looseObject({
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/, "expected up to 63 letters, digits, dashes and underscores"),
});

/** Workers for Platforms: dispatch namespaces, and the scripts inside them, which share everything with other scripts but their triggers. */
export const dispatchRoutes: Route[] = [
  route("GET", base, (call) => ok(call.store.list(dispatchNamespaces, call.accountId).map((one) => shown(call, one)))),
  route("POST", base, createNamespace),
  route("GET", `${base}/:dispatch`, (call) => ok(shown(call, dispatchNamespaceOf(call)))),
  route("DELETE", `${base}/:dispatch`, deleteNamespace),
  route("GET", `${base}/:dispatch/scripts`, (call) => {
    const { name } = dispatchNamespaceOf(call);
    const inside = call.store.list(scripts, scriptScope(call.accountId, name));
    return ok(inside.map((one) => shownScript(one, deployedVersion(call.store, one))));
  }),
  route("GET", script, (call) => {
    const found = scriptOf(call);
    const { createdOn, modifiedOn, dispatchNamespace } = found;
    return ok({
      dispatch_namespace: dispatchNamespace,
      created_on: createdOn,
      modified_on: modifiedOn,
      script: shownScript(found, deployedVersion(call.store, found)),
    });
  }),
  route("PUT", script, (call) => {
    dispatchNamespaceOf(call);
    return putScript(call);
  }),
  route("DELETE", script, deleteScript),
  route("GET", `${script}/bindings`, (call) =>
    ok(latestVersion(call.store, scriptOf(call))?.bindings.map(shownBinding) ?? []),
  ),
  route("GET", `${script}/tags`, (call) => ok(scriptOf(call).tags)),
  route("PUT", `${script}/tags`, async (call) => {
    const tags = await call.json(z.array(z.string().min(1)), 10021);
    call.store.transaction(() => call.store.put(scripts, { ...scriptOf(call), tags }));
    return ok(tags);
  }),
  ...contentRoutes(script),
  ...settingsRoutes(script),
  ...secretRoutes(script),
  ...assetSessionRoutes(script),
];

async function createNamespace(call: Call): Promise<Response> {
  const { name } = await call.json(namespaceBody, 10021);
  return call.store.transaction(() => {
    if (call.store.get(dispatchNamespaces, call.accountId, name)) {
      throw new ApiError(409, 100120, `A dispatch namespace with the name '${name}' already exists.`);
    }
    const now = call.now();
    const namespace = {
      id: hexId(),
      accountId: call.accountId,
      name,
      trustedWorkers: false,
      createdOn: now,
      modifiedOn: now,
    };
    call.store.put(dispatchNamespaces, namespace);
    return ok(shown(call, namespace));
  });
}

/** Takes the scripts inside with it, as Cloudflare does. */
function deleteNamespace(call: Call): Response {
  const { name } = dispatchNamespaceOf(call);
  call.store.transaction(() => {
    const scope = scriptScope(call.accountId, name);
    for (const inside of call.store.list(scripts, scope)) call.store.remove(scripts, scope, inside.name);
    call.store.remove(dispatchNamespaces, call.accountId, name);
  });
  call.runtime.desiredStateChanged();
  return ok(null);
}

/** @throws {ApiError} 404/100119 */
function dispatchNamespaceOf(call: Call): DispatchNamespaceRecord {
  const namespace = call.store.get(dispatchNamespaces, call.accountId, call.parameter("dispatch"));
  if (!namespace) throw new ApiError(404, 100119, "Dispatch namespace not found.");
  return namespace;
}

function shown(call: Call, namespace: DispatchNamespaceRecord): Record<string, unknown> {
  const { id, name, trustedWorkers, createdOn, modifiedOn } = namespace;
  return {
    namespace_id: id,
    namespace_name: name,
    name,
    script_count: call.store.list(scripts, scriptScope(call.accountId, name)).length,
    trusted_workers: trustedWorkers,
    created_on: createdOn,
    created_by: "local",
    modified_on: modifiedOn,
    modified_by: "local",
  };
}
