import { type DurableObjectNamespaceRecord, durableObjectNamespaces } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import { paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";

const base = "/accounts/:account/workers/durable_objects/namespaces";

/** Namespaces come and go with the migrations of scripts; the API only shows them. */
export const durableObjectRoutes: Route[] = [
  route("GET", base, (call) =>
    paged(call, call.store.list(durableObjectNamespaces, call.accountId).map(shown), { perPage: 20, max: 1000 }),
  ),
  route("GET", `${base}/:id`, (call) => {
    const namespace = call.store.get(durableObjectNamespaces, call.accountId, call.parameter("id"));
    if (!namespace) throw new ApiError(404, 10066, "Durable Object namespace not found.");
    return ok(shown(namespace));
  }),
];

function shown({ id, className, scriptName, sqlite }: DurableObjectNamespaceRecord): Record<string, unknown> {
  return { id, name: `${scriptName}_${className}`, script: scriptName, class: className, use_sqlite: sqlite };
}
