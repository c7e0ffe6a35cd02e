import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type ZoneRecord, zones } from "../../store/records/accounts.ts";
import { type DomainRecord, domains, scripts } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";
import { dnsRecords } from "../zones/dns-record.ts";
import { zoneOfHost } from "./route-routes.ts";
import { scriptOf } from "./script-target.ts";

const base = "/accounts/:account/workers/domains";

const overrides = {
  override_existing_dns_record: z.boolean().optional(),
  override_existing_origin: z.boolean().optional(),
};
const origin = z.looseObject({
  hostname: z.string().min(1),
  zone_id: z.string().optional(),
  zone_name: z.string().optional(),
});
const domainBody = origin.extend({ service: z.string().min(1), environment: z.string().optional(), ...overrides });
const recordsBody = z.looseObject({ origins: z.array(origin), ...overrides });
type Origin = z.infer<typeof origin>;
type Overrides = { override_existing_dns_record?: boolean | undefined; override_existing_origin?: boolean | undefined };

export const domainRoutes: Route[] = [
  route("GET", base, listDomains),
  route("GET", `${base}/records`, listDomains),
  route("PUT", base, async (call) => {
    const body = await call.json(domainBody, 10021);
    const domain = call.store.transaction(() =>
      attach(call, body.service, body.environment ?? "production", body, body),
    );
    call.runtime.desiredStateChanged();
    return ok(shown(domain));
  }),
  route("GET", `${base}/records/:domain`, (call) => ok(shown(domainOf(call)))),
  route("GET", `${base}/:domain`, (call) => ok(shown(domainOf(call)))),
  route("DELETE", `${base}/:domain`, (call) => {
    const { id } = domainOf(call);
    call.store.remove(domains, call.accountId, id);
    call.runtime.desiredStateChanged();
    return ok({ id });
  }),
  route("POST", "/accounts/:account/workers/scripts/:script/domains/changeset", changeset),
  route("PUT", "/accounts/:account/workers/scripts/:script/domains/records", async (call) => {
    const body = await call.json(recordsBody, 10021);
    const attached = call.store.transaction(() =>
      body.origins.map((one) => attach(call, scriptOf(call).name, "production", one, body)),
    );
    call.runtime.desiredStateChanged();
    return ok(attached.map(shown));
  }),
];

/**
 * Attaches a hostname to a script; attaching it to the same script again changes nothing.
 * @throws {ApiError} 404/10007 for no such script, 400/10082 for a host outside the account's zones, 409/100116 for a host of another
 * script, 409/100117 for a host with DNS records of its own.
 */
function attach(call: Call, service: string, environment: string, wanted: Origin, options: Overrides): DomainRecord {
  const hostname = wanted.hostname.toLowerCase();
  if (!call.store.get(scripts, call.accountId, service))
    throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  const zone = zoneOf(call, wanted);
  const existing = call.store.byName(domains, call.accountId, hostname);
  if (existing && existing.service !== service && options.override_existing_origin !== true) {
    throw new ApiError(409, 100116, `Hostname '${hostname}' is already in use by the Worker '${existing.service}'.`);
  }
  if (!existing && hasDnsRecords(call, zone, hostname)) {
    if (options.override_existing_dns_record !== true) {
      throw new ApiError(
        409,
        100117,
        `Hostname '${hostname}' already has externally managed DNS records (A, CNAME, etc). Delete them first or try a different hostname.`,
      );
    }
    for (const record of addressRecords(call, zone, hostname)) call.store.remove(dnsRecords, zone.id, record.id);
  }
  const domain: DomainRecord = {
    id: existing?.id ?? hexId(),
    accountId: call.accountId,
    hostname,
    service,
    environment,
    zoneId: zone.id,
    zoneName: zone.name,
    certId: existing?.certId ?? randomUUID(),
  };
  call.store.put(domains, domain);
  return domain;
}

function zoneOf(call: Call, wanted: Origin): ZoneRecord {
  const own = call.store.list(zones, call.accountId);
  const named = own.filter((zone) => zone.id === wanted.zone_id || zone.name === wanted.zone_name);
  const isNamed = wanted.zone_id !== undefined || wanted.zone_name !== undefined;
  const zone = zoneOfHost(isNamed ? named : own, wanted.hostname);
  if (!zone)
    throw new ApiError(400, 10082, `The hostname '${wanted.hostname}' does not belong to a zone of this account.`);
  return zone;
}

function addressRecords(call: Call, zone: ZoneRecord, hostname: string) {
  return call.store
    .list(dnsRecords, zone.id)
    .filter(({ body }) => body.name === hostname && ["A", "AAAA", "CNAME"].includes(String(body.type)));
}

function hasDnsRecords(call: Call, zone: ZoneRecord, hostname: string): boolean {
  return addressRecords(call, zone, hostname).length > 0;
}

/** What attaching these hostnames would do; `wrangler` asks first. */
async function changeset(call: Call): Promise<Response> {
  const wanted = await call.json(z.array(origin), 10021);
  const { name } = scriptOf(call);
  const known = call.store.list(domains, call.accountId);
  const result = {
    added: [] as unknown[],
    removed: [] as unknown[],
    updated: [] as unknown[],
    conflicting: [] as unknown[],
  };
  for (const one of wanted) {
    const existing = known.find(({ hostname }) => hostname === one.hostname.toLowerCase());
    const zone = zoneOf(call, one);
    if (existing) result.updated.push({ ...shown(existing), modified: existing.service !== name });
    else if (hasDnsRecords(call, zone, one.hostname))
      result.conflicting.push({ id: "", hostname: one.hostname, zone_id: zone.id, zone_name: zone.name });
    else
      result.added.push({
        id: "",
        hostname: one.hostname,
        zone_id: zone.id,
        zone_name: zone.name,
        service: name,
        environment: "production",
      });
  }
  return ok(result);
}

function listDomains(call: Call): Response {
  const filters = ["hostname", "service", "environment", "zone_id", "zone_name"] as const;
  const all = call.store.list(domains, call.accountId).map(shown);
  return ok(
    all.filter((domain) => filters.every((filter) => (call.query.get(filter) ?? domain[filter]) === domain[filter])),
  );
}

function domainOf(call: Call): DomainRecord {
  const domain = call.store.get(domains, call.accountId, call.parameter("domain"));
  if (!domain) throw new ApiError(404, 100114, "Domain not found.");
  return domain;
}

function shown(domain: DomainRecord): Record<string, unknown> {
  const { id, hostname, service, environment, zoneId, zoneName, certId } = domain;
  return {
    id,
    hostname,
    service,
    environment,
    zone_id: zoneId,
    zone_name: zoneName,
    cert_id: certId,
    enabled: true,
    previews_enabled: false,
  };
}
