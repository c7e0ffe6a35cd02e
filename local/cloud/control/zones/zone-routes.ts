import { z } from "zod";
import { accounts, type ZoneRecord, zones } from "../../store/records/accounts.ts";
import { routes } from "../../store/records/workers.ts";
import { seededId } from "../../store/seed.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { dnsRecords } from "./dns-record.ts";

const zoneBody = z.looseObject({
  name: z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/, "expected a domain name in lower case"),
  account: z.looseObject({ id: z.string() }),
});

export const zoneRoutes: Route[] = [
  route("GET", "/zones", (call) => {
    const name = call.query.get("name");
    const account = call.query.get("account.id");
    const reachable = call.store
      .list(zones)
      .filter((zone) => call.identity.reaches({ zone }))
      .filter((zone) => (name === null || zone.name === name) && (account === null || zone.accountId === account));
    return paged(
      call,
      reachable.map((zone) => shown(call, zone)),
      { perPage: 20, max: 50 },
    );
  }),
  route("POST", "/zones", createZone),
  route("GET", "/zones/:zone", (call) => ok(shown(call, call.zone))),
  route("DELETE", "/zones/:zone", (call) => {
    const { id, accountId } = call.zone;
    call.store.transaction(() => {
      for (const one of call.store.list(routes, id)) call.store.remove(routes, id, one.id);
      for (const record of call.store.list(dnsRecords, id)) call.store.remove(dnsRecords, id, record.id);
      call.store.remove(zones, accountId, id);
    });
    call.runtime.desiredStateChanged();
    return ok({ id });
  }),
];

/** @throws {ApiError} 403/9109 for another account, 400/1061 for a zone that exists, in whichever account. */
async function createZone(call: Call): Promise<Response> {
  const { name, account: wanted } = await call.json(zoneBody, 1001);
  const account = call.store.get(accounts, "", wanted.id);
  if (!account || !call.identity.reaches({ account }))
    throw new ApiError(403, 9109, "Unauthorized to access requested resource");
  return call.store.transaction(() => {
    if (call.store.list(zones).some((zone) => zone.name === name))
      throw new ApiError(400, 1061, `${name} already exists`);
    const zone: ZoneRecord = { id: seededId("zone", name), accountId: account.id, name, createdOn: call.now() };
    call.store.put(zones, zone);
    return ok(shown(call, zone));
  });
}

function shown(call: Call, zone: ZoneRecord): Record<string, unknown> {
  const account = call.store.get(accounts, "", zone.accountId);
  return {
    id: zone.id,
    name: zone.name,
    status: "active",
    paused: false,
    type: "full",
    development_mode: 0,
    name_servers: ["ana.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    original_name_servers: null,
    original_registrar: null,
    original_dnshost: null,
    created_on: zone.createdOn,
    modified_on: zone.createdOn,
    activated_on: zone.createdOn,
    meta: { step: 4, custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false },
    owner: { id: null, type: "user", email: null },
    account: { id: zone.accountId, name: account?.name },
    permissions: ["#zone:read", "#zone:edit", "#dns_records:read", "#dns_records:edit", "#worker:read", "#worker:edit"],
    plan: {
      id: "94f3b7b768b0458b56d2cac4fe5ec0f9",
      name: "Enterprise Website",
      is_subscribed: true,
      legacy_id: "enterprise",
    },
  };
}
