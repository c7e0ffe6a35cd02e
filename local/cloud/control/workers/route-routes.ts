import { z } from "zod";
import { type ZoneRecord, zones } from "../../store/records/accounts.ts";
import { type RouteRecord, routes, scripts } from "../../store/records/workers.ts";
import type { Store } from "../../store/store.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";
import { scriptOf } from "./script-target.ts";

const routeBody = z.looseObject({ pattern: z.string().min(1, "expected a pattern"), script: z.string().nullish() });
const routesBody = z.array(
  z.looseObject({ pattern: z.string().min(1), zone_id: z.string().optional(), zone_name: z.string().optional() }),
);

/** Routes of a zone, and all routes of a script at once as `wrangler` sets them. */
export const routeRoutes: Route[] = [
  route("GET", "/zones/:zone/workers/routes", (call) =>
    paged(call, call.store.list(routes, call.zone.id).map(shown), { perPage: 1000, max: 1000 }),
  ),
  route("POST", "/zones/:zone/workers/routes", async (call) => {
    const body = await call.json(routeBody, 10022);
    const made = call.store.transaction(() => put(call.store, call.zone, { id: hexId(), ...body }));
    call.runtime.desiredStateChanged();
    return ok(shown(made));
  }),
  route("GET", "/zones/:zone/workers/routes/:route", (call) => ok(shown(routeOf(call)))),
  route("PUT", "/zones/:zone/workers/routes/:route", async (call) => {
    const body = await call.json(routeBody, 10022);
    const changed = call.store.transaction(() => put(call.store, call.zone, { ...routeOf(call), ...body }));
    call.runtime.desiredStateChanged();
    return ok(shown(changed));
  }),
  route("DELETE", "/zones/:zone/workers/routes/:route", (call) => {
    const { id } = routeOf(call);
    call.store.remove(routes, call.zone.id, id);
    call.runtime.desiredStateChanged();
    return ok({ id });
  }),
  route("PUT", "/accounts/:account/workers/scripts/:script/routes", putScriptRoutes),
];

/** Replaces all routes of a script; those it had and that are not named go. */
async function putScriptRoutes(call: Call): Promise<Response> {
  const wanted = await call.json(routesBody, 10022);
  const result = call.store.transaction(() => {
    const { name } = scriptOf(call);
    const own = call.store.list(zones, call.accountId);
    const kept = wanted.map(({ pattern, zone_id, zone_name }) => {
      const zone =
        own.find((candidate) => candidate.id === zone_id || candidate.name === zone_name) ??
        zoneOfHost(own, hostOf(pattern));
      if (!zone)
        throw new ApiError(400, 10022, `Could not find a zone of this account for the route pattern '${pattern}'.`);
      const existing = call.store.byName(routes, zone.id, pattern);
      return put(call.store, zone, { id: existing?.script === name ? existing.id : hexId(), pattern, script: name });
    });
    for (const zone of own) {
      for (const { id, script } of call.store.list(routes, zone.id)) {
        if (script === name && !kept.some((one) => one.id === id)) call.store.remove(routes, zone.id, id);
      }
    }
    return kept;
  });
  call.runtime.desiredStateChanged();
  return ok(result.map(({ pattern, script }) => ({ pattern, script })));
}

/** @throws {ApiError} 400/10022 for a pattern that is none or not of the zone, 400/10019 for a script that does not exist, 409/10020 for a pattern that is taken. */
function put(
  store: Store,
  zone: ZoneRecord,
  wanted: { id: string; pattern: string; script?: string | null | undefined },
): RouteRecord {
  const { id, pattern } = wanted;
  checkPattern(zone, pattern);
  const script = wanted.script || undefined;
  if (script !== undefined && !store.get(scripts, zone.accountId, script)) {
    throw new ApiError(400, 10019, `Script '${script}' not found.`);
  }
  const taken = store.byName(routes, zone.id, pattern);
  if (taken && taken.id !== id) throw new ApiError(409, 10020, "A route with the same pattern already exists.");
  const record: RouteRecord = { id, zoneId: zone.id, pattern, ...(script === undefined ? {} : { script }) };
  store.put(routes, record);
  return record;
}

/** https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior */
function checkPattern(zone: ZoneRecord, pattern: string): void {
  const host = hostOf(pattern);
  const path = pattern.replace(/^https?:\/\//, "").slice(host.length);
  const problem =
    (/[?#]/.test(pattern) && "it has a query") ||
    (/\*/.test(host.replace(/^\*\.?/, "")) && "a wildcard in the host must stand at its beginning") ||
    (/\*/.test(path.replace(/\*$/, "")) && "a wildcard in the path must stand at its end") ||
    (!zoneOfHost([zone], host) && `its host does not belong to the zone ${zone.name}`);
  if (problem) throw new ApiError(400, 10022, `Invalid route pattern '${pattern}': ${problem}.`);
}

function hostOf(pattern: string): string {
  return pattern.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}

/** The zone that a hostname belongs to: the longest name that is its end. `*example.com` and `*.example.com` belong to `example.com`. */
export function zoneOfHost(candidates: ZoneRecord[], host: string): ZoneRecord | undefined {
  const plain = host.toLowerCase().replace(/^\*\.?/, "");
  return candidates
    .filter(({ name }) => plain === name || plain.endsWith(`.${name}`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

function routeOf(call: Call): RouteRecord {
  const found = call.store.get(routes, call.zone.id, call.parameter("route"));
  if (!found) throw new ApiError(404, 10009, "Route not found.");
  return found;
}

function shown({ id, pattern, script }: RouteRecord): Record<string, unknown> {
  return { id, pattern, ...(script === undefined ? {} : { script }), request_limit_fail_open: false };
}
