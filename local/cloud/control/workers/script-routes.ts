import { zones } from "../../store/records/accounts.ts";
import { queueConsumers, queues } from "../../store/records/queues.ts";
import {
  domains,
  durableObjectNamespaces,
  routes,
  type ScriptRecord,
  scriptKey,
  scriptScope,
  scripts,
  versions,
  workflows,
} from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { referencesTo } from "./reference-routes.ts";
import { deployedVersion, findScript, scriptOf, scriptTarget } from "./script-target.ts";
import { shownScript } from "./shown-script.ts";
import { uploadScript } from "./upload-script.ts";

const base = "/accounts/:account/workers/scripts";

export const scriptRoutes: Route[] = [
  route("GET", base, (call) =>
    ok(
      call.store
        .list(scripts, call.accountId)
        .map((script) => shownScript(script, deployedVersion(call.store, script))),
    ),
  ),
  route("PUT", `${base}/:script`, putScript),
  route("DELETE", `${base}/:script`, (call) => deleteScript(call)),
  route("GET", "/accounts/:account/workers/services/:script", getService),
  route("DELETE", "/accounts/:account/workers/services/:script", (call) => deleteScript(call)),
];

/** Uploads a script and deploys it. */
export async function putScript(call: Call): Promise<Response> {
  const { script, version } = await uploadScript(call, scriptTarget(call), { deploy: true, triggeredBy: "upload" });
  return ok({
    ...shownScript(script, version),
    entry_point: version.mainModule,
    deployment_id: version.id.replaceAll("-", ""),
  });
}

/** What the dashboard calls a service; clients read it to see whether a script exists. The code of its 404 is the service's own. */
function getService(call: Call): Response {
  const script = findScript(call.store, scriptTarget(call));
  if (!script) throw new ApiError(404, 10090, "workers.api.error.service_not_found");
  const { name, createdOn, modifiedOn } = script;
  return ok({
    id: name,
    created_on: createdOn,
    modified_on: modifiedOn,
    default_environment: {
      environment: "production",
      created_on: createdOn,
      modified_on: modifiedOn,
      script: shownScript(script, deployedVersion(call.store, script)),
    },
    environments: [{ environment: "production", created_on: createdOn, modified_on: modifiedOn }],
  });
}

export async function deleteScript(call: Call): Promise<Response> {
  await removeScript(call, scriptOf(call));
  return ok(null);
}

/**
 * Deletes a script with its versions, schedules, routes, domains and Durable Objects.
 * @throws {ApiError} 400/10064 while a queue delivers to it or, without `?force=true`, while another script is bound to it.
 */
export async function removeScript(call: Call, script: ScriptRecord): Promise<void> {
  const key = scriptKey(script);
  refuseConsumer(call, script);
  if (call.query.get("force") !== "true") refuseBound(call, script);
  const deleted = call.store.transaction(() => {
    const namespaces = call.store
      .list(durableObjectNamespaces, script.accountId)
      .filter((namespace) => namespace.scriptKey === key);
    for (const { id } of namespaces) call.store.remove(durableObjectNamespaces, script.accountId, id);
    for (const { id } of call.store.list(versions, key)) call.store.remove(versions, key, id);
    if (script.dispatchNamespace === undefined) detach(call, script);
    call.store.remove(scripts, scriptScope(script.accountId, script.dispatchNamespace), script.name);
    return namespaces;
  });
  for (const { id } of deleted) await call.runtime.dropStorage("durable-object", id);
  call.runtime.desiredStateChanged();
}

function detach(call: Call, script: ScriptRecord): void {
  for (const domain of call.store.list(domains, script.accountId)) {
    if (domain.service === script.name) call.store.remove(domains, script.accountId, domain.id);
  }
  for (const zone of call.store.list(zones, script.accountId)) {
    for (const { id, script: name } of call.store.list(routes, zone.id)) {
      if (name === script.name) call.store.remove(routes, zone.id, id);
    }
  }
  for (const workflow of call.store.list(workflows, script.accountId)) {
    if (workflow.scriptName === script.name) call.store.remove(workflows, script.accountId, workflow.id);
  }
}

function refuseConsumer(call: Call, script: ScriptRecord): void {
  if (script.dispatchNamespace !== undefined) return;
  const consumes = call.store
    .list(queues, script.accountId)
    .some((queue) => call.store.list(queueConsumers, queue.id).some((consumer) => consumer.script === script.name));
  if (consumes) {
    throw new ApiError(
      400,
      10064,
      "Cannot delete this Worker as it is a consumer for a Queue. Remove it from the Queue's consumers first, then retry.",
    );
  }
}

function refuseBound(call: Call, script: ScriptRecord): void {
  if (script.dispatchNamespace !== undefined) return;
  const { services, durable_objects, dispatch_outbounds } = referencesTo(call.store, script);
  const dependants = [...services.incoming, ...durable_objects, ...dispatch_outbounds].map(({ service }) => service);
  if (dependants.length === 0) return;
  throw new ApiError(
    400,
    10064,
    `Cannot delete this Worker as it is bound to by ${[...new Set(dependants)].join(", ")}. Remove the bindings first, or use the force option.`,
  );
}
