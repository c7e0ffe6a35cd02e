/** Every writing route of the control API that an `up` of the small estate with its database uses, as the request log names them. */
export const writingRoutes = [
  "PATCH /zones/:zone/settings/:setting",
  "POST /accounts/:account/access/apps",
  "POST /accounts/:account/access/policies",
  "POST /accounts/:account/d1/database",
  "POST /accounts/:account/hyperdrive/configs",
  "POST /accounts/:account/queues",
  "POST /accounts/:account/queues/:queue/consumers",
  "POST /accounts/:account/r2/buckets",
  "POST /accounts/:account/storage/kv/namespaces",
  "POST /accounts/:account/workers/scripts/:script/subdomain",
  "POST /api/v2/projects",
  "POST /zones/:zone/dns_records",
  "POST /zones/:zone/rulesets",
  "POST /zones/:zone/workers/routes",
  "PUT /accounts/:account/storage/kv/namespaces/:namespace/values/:key",
  "PUT /accounts/:account/workers/domains",
  "PUT /accounts/:account/workers/scripts/:script",
  "PUT /accounts/:account/workers/scripts/:script/schedules",
] as const;

/** Method and path pattern of a fault rule for a route. */
export function faultOn(route: string): { method: string; path: string } {
  const [method = "", path = ""] = route.split(" ");
  const base = path.startsWith("/api/") ? "" : "/client/v4";
  return { method, path: `${base}${path.replaceAll(/:[a-z]+/g, "*")}` };
}
