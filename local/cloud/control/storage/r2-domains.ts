import { z } from "zod";
import { zones } from "../../store/records/accounts.ts";
import type { R2BucketRecord } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { bucketOf, changeBucket } from "./r2-buckets.ts";

const base = "/accounts/:account/r2/buckets/:bucket/domains";
const minTLS = z.enum(["1.0", "1.1", "1.2", "1.3"]);
const customBody = z.looseObject({
  domain: z.string().min(1),
  zoneId: z.string().min(1),
  enabled: z.boolean(),
  minTLS: minTLS.optional(),
  ciphers: z.array(z.string()).optional(),
});
const changeBody = z.object({
  enabled: z.boolean().optional(),
  minTLS: minTLS.optional(),
  ciphers: z.array(z.string()).optional(),
});

/** Public names of a bucket: one managed, and those of the account's zones. The edge serves neither; the API keeps them. */
export const r2DomainRoutes: Route[] = [
  route("GET", `${base}/managed`, (call) => ok(shownManaged(bucketOf(call)))),
  route("PUT", `${base}/managed`, async (call) => {
    const { enabled } = await call.json(z.object({ enabled: z.boolean() }), 10040);
    const { managedDomain } = bucketOf(call);
    return ok(shownManaged(changeBucket(call, { managedDomain: { ...managedDomain, enabled } })));
  }),
  route("GET", `${base}/custom`, (call) => ok({ domains: bucketOf(call).customDomains })),
  route("POST", `${base}/custom`, async (call) => {
    const body = await call.json(customBody, 10040);
    const zone = call.store.get(zones, call.accountId, body.zoneId);
    if (!zone || !(body.domain === zone.name || body.domain.endsWith(`.${zone.name}`))) {
      throw new ApiError(
        400,
        10040,
        `The domain '${body.domain}' does not belong to the zone '${body.zoneId}' of this account.`,
      );
    }
    const { customDomains } = bucketOf(call);
    if (customDomains.some(({ domain }) => domain === body.domain)) {
      throw new ApiError(409, 10070, `The domain '${body.domain}' is already attached to this bucket.`);
    }
    const added = { ...body, zoneName: zone.name, status: { ownership: "active", ssl: "active" } };
    changeBucket(call, { customDomains: [...customDomains, added] });
    return ok(added);
  }),
  route("GET", `${base}/custom/:domain`, (call) => ok(customDomainOf(call))),
  route("PUT", `${base}/custom/:domain`, async (call) => {
    const body = await call.json(changeBody, 10040);
    const changed: Record<string, unknown> = { ...customDomainOf(call), ...body };
    const customDomains = bucketOf(call).customDomains.map((one) => (one.domain === changed.domain ? changed : one));
    changeBucket(call, { customDomains });
    return ok(changed);
  }),
  route("DELETE", `${base}/custom/:domain`, (call) => {
    const { domain } = customDomainOf(call);
    changeBucket(call, { customDomains: bucketOf(call).customDomains.filter((one) => one.domain !== domain) });
    return ok({ domain });
  }),
];

function customDomainOf(call: Call): Record<string, unknown> {
  const name = call.parameter("domain");
  const domain = bucketOf(call).customDomains.find((candidate) => candidate.domain === name);
  if (!domain) throw new ApiError(404, 10071, "The domain is not attached to this bucket.");
  return domain;
}

function shownManaged({ managedDomain: { bucketId, enabled } }: R2BucketRecord): Record<string, unknown> {
  return { bucketId, domain: `pub-${bucketId}.r2.dev`, enabled };
}
