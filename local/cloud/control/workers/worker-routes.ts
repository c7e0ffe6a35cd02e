import { z } from "zod";
import { zones } from "../../store/records/accounts.ts";
import { queueConsumers, queues } from "../../store/records/queues.ts";
import {
  domains,
  type ScriptRecord,
  scriptKey,
  scripts,
  type VersionRecord,
  versions,
} from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { newScript, withSettings } from "./commit-version.ts";
import { scriptSettings } from "./metadata.ts";
import { referencesTo } from "./reference-routes.ts";
import { removeScript } from "./script-routes.ts";
import { checkScriptName } from "./upload-script.ts";

const base = "/accounts/:account/workers/workers";

const workerBody = scriptSettings.extend({
  name: z.string().min(1),
  // This API calls a tail consumer by `name`, the older one by `service`.
  tail_consumers: z.array(z.object({ name: z.string().min(1) }).transform(({ name }) => ({ service: name }))).nullish(),
  subdomain: z.object({ enabled: z.boolean().optional(), previews_enabled: z.boolean().optional() }).nullish(),
});

type WorkerChange = Pick<
  z.infer<typeof workerBody>,
  "logpush" | "tail_consumers" | "observability" | "tags" | "subdomain"
>;

/** The newer API, in which a Worker exists apart from its versions. A Worker is named by its id or by its name. */
export const workerRoutes: Route[] = [
  route("GET", base, (call) =>
    paged(
      call,
      call.store.list(scripts, call.accountId).map((script) => shown(call, script)),
      { perPage: 10, max: 100 },
    ),
  ),
  route("POST", base, async (call) => {
    const body = await call.json(workerBody, 10021);
    checkScriptName(body.name);
    const made = call.store.transaction(() => {
      if (call.store.get(scripts, call.accountId, body.name)) {
        throw new ApiError(409, 10040, `A Worker with the name '${body.name}' already exists.`);
      }
      return put(call, newScript(call, { accountId: call.accountId, name: body.name }), body);
    });
    return ok(shown(call, made));
  }),
  route("GET", `${base}/:worker`, (call) => ok(shown(call, workerOf(call)))),
  route("PUT", `${base}/:worker`, (call) => update(call, false)),
  route("PATCH", `${base}/:worker`, (call) => update(call, true)),
  route("DELETE", `${base}/:worker`, async (call) => {
    await removeScript(call, workerOf(call));
    return ok(null);
  }),
];

/** `PUT` resets what it leaves out, `PATCH` leaves it. */
async function update(call: Call, partial: boolean): Promise<Response> {
  const body = await call.json(partial ? workerBody.partial() : workerBody, 10021);
  const changed = call.store.transaction(() => {
    const script = workerOf(call);
    if (body.name !== undefined && body.name !== script.name) {
      throw new ApiError(501, 10021, "The embedded cloud does not rename Workers.");
    }
    const reset = { logpush: null, tail_consumers: null, observability: null, tags: null };
    return put(call, script, partial ? body : { ...reset, ...body });
  });
  call.runtime.desiredStateChanged();
  return ok(shown(call, changed));
}

function put(call: Call, script: ScriptRecord, body: WorkerChange): ScriptRecord {
  const { subdomain, ...settings } = body;
  const changed = withSettings(script, settings, call.now());
  if (subdomain) {
    changed.subdomain = {
      enabled: subdomain.enabled ?? changed.subdomain.enabled,
      previews_enabled: subdomain.previews_enabled ?? changed.subdomain.previews_enabled,
    };
  }
  call.store.put(scripts, changed);
  return changed;
}

/** @throws {ApiError} 404/10007 */
export function workerOf(call: Call): ScriptRecord {
  const key = call.parameter("worker");
  const script = call.store.byName(scripts, call.accountId, key) ?? call.store.get(scripts, call.accountId, key);
  if (!script) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  return script;
}

/** The version that `:version` names; `latest` is the newest. @throws {ApiError} 404/100146 */
export function workerVersionOf(call: Call, worker: ScriptRecord): VersionRecord {
  const id = call.parameter("version");
  const key = scriptKey(worker);
  const version = id === "latest" ? call.store.list(versions, key).at(-1) : call.store.get(versions, key, id);
  if (!version) throw new ApiError(404, 100146, `Version '${id}' not found.`);
  return version;
}

function shown(call: Call, script: ScriptRecord): Record<string, unknown> {
  const { services, durable_objects, dispatch_outbounds } = referencesTo(call.store, script);
  const zoneNames = new Map(call.store.list(zones, call.accountId).map(({ id, name }) => [id, name]));
  return {
    id: script.tag,
    name: script.name,
    created_on: script.createdOn,
    updated_on: script.modifiedOn,
    deployed_on: script.deployments[0]?.createdOn ?? null,
    logpush: script.logpush,
    observability: script.observability ?? { enabled: false, head_sampling_rate: 1 },
    subdomain: script.subdomain,
    tags: script.tags,
    tail_consumers: script.tailConsumers.map(({ service }) => ({ name: service })),
    references: {
      dispatch_namespace_outbounds: dispatch_outbounds.map(({ namespace, service }) => ({
        namespace_name: namespace,
        worker_name: service,
      })),
      domains: call.store
        .list(domains, call.accountId)
        .filter(({ service }) => service === script.name)
        .map(({ id, certId, hostname, zoneId }) => ({
          id,
          certificate_id: certId,
          hostname,
          zone_id: zoneId,
          zone_name: zoneNames.get(zoneId),
        })),
      durable_objects: durable_objects.map((reference) => ({
        namespace_id: reference.durable_object_namespace_id,
        namespace_name: reference.durable_object_namespace_name,
        worker_name: reference.service,
      })),
      queues: call.store
        .list(queues, call.accountId)
        .flatMap((queue) => call.store.list(queueConsumers, queue.id).map((consumer) => ({ queue, consumer })))
        .filter(({ consumer }) => consumer.script === script.name)
        .map(({ queue, consumer }) => ({ queue_id: queue.id, queue_name: queue.name, queue_consumer_id: consumer.id })),
      workers: services.incoming.map(({ service }) => ({
        id: call.store.get(scripts, call.accountId, service)?.tag,
        name: service,
      })),
    },
  };
}
