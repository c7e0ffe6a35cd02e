import { randomBytes } from "node:crypto";
import { z } from "zod";
import { credentials, type TokenRecord, tokens, zones } from "../../store/records/accounts.ts";
import { tokenHash } from "../../store/seed.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";
import { permissionGroups } from "./permission-groups.ts";

const base = "/accounts/:account/tokens";
const date = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "expected a date and time");
const tokenBody = z.looseObject({
  name: z.string().min(1).max(120),
  policies: z
    .array(
      z.looseObject({
        effect: z.enum(["allow", "deny"]),
        permission_groups: z.array(z.looseObject({ id: z.string() })).min(1),
        resources: z
          .record(z.string(), z.unknown())
          .refine((value) => Object.keys(value).length > 0, "expected at least one resource"),
      }),
    )
    .min(1, "expected at least one policy"),
  condition: z.looseObject({}).nullish(),
  not_before: date.nullish(),
  expires_on: date.nullish(),
  status: z.enum(["active", "disabled", "expired"]).optional(),
});

/** Tokens that an account makes for itself; they authenticate here as they would there. */
export const tokenRoutes: Route[] = [
  route("GET", base, (call) =>
    paged(call, call.store.list(tokens, call.accountId).map(shown), { perPage: 20, max: 50 }),
  ),
  route("POST", base, async (call) => {
    const body = await call.json(tokenBody, 1001);
    checkResources(call, body);
    const value = randomBytes(30).toString("base64url");
    const token = call.store.transaction(() => {
      const made = tokenFrom(call, body, undefined);
      call.store.put(tokens, made);
      giveValue(call, made, value);
      return made;
    });
    return ok({ ...shown(token), value });
  }),
  route("GET", `${base}/permission_groups`, () => ok(permissionGroups)),
  route("GET", `${base}/:id`, (call) => ok(shown(tokenOf(call)))),
  route("PUT", `${base}/:id`, async (call) => {
    const body = await call.json(tokenBody, 1001);
    checkResources(call, body);
    const changed = tokenFrom(call, body, tokenOf(call));
    call.store.put(tokens, changed);
    return ok(shown(changed));
  }),
  route("PUT", `${base}/:id/value`, (call) => {
    const value = randomBytes(30).toString("base64url");
    call.store.transaction(() => giveValue(call, tokenOf(call), value));
    return ok(value);
  }),
  route("DELETE", `${base}/:id`, (call) => {
    const { id } = tokenOf(call);
    call.store.transaction(() => {
      takeValue(call, id);
      call.store.remove(tokens, call.accountId, id);
    });
    return ok({ id });
  }),
];

function tokenFrom(call: Call, body: z.infer<typeof tokenBody>, before: TokenRecord | undefined): TokenRecord {
  const now = call.now();
  return {
    id: before?.id ?? hexId(),
    accountId: call.accountId,
    name: body.name,
    status: body.status ?? before?.status ?? "active",
    policies: body.policies.map((policy) => ({ ...policy, id: hexId() })),
    issuedOn: before?.issuedOn ?? now,
    modifiedOn: now,
    ...(body.condition ? { condition: body.condition } : {}),
    ...(body.not_before ? { notBefore: body.not_before } : {}),
    ...(body.expires_on ? { expiresOn: body.expires_on } : {}),
  };
}

/** A token may only be for the account that makes it. @throws {ApiError} 400/1001 */
function checkResources(call: Call, { policies }: z.infer<typeof tokenBody>): void {
  const names = policies
    .flatMap(({ resources }) => Object.entries(resources))
    .flatMap(([name, value]) => (typeof value === "object" && value !== null ? [name, ...Object.keys(value)] : [name]));
  const own = new Set([
    "*",
    call.accountId,
    "zone.*",
    ...call.store.list(zones, call.accountId).map(({ id }) => `zone.${id}`),
  ]);
  // A bucket is named by account, jurisdiction and name: https://developers.cloudflare.com/r2/api/tokens/
  const ownBucket = `com.cloudflare.edge.r2.bucket.${call.accountId}_`;
  const foreign = names.find(
    (name) => !own.has(name.replace("com.cloudflare.api.account.", "")) && !name.startsWith(ownBucket),
  );
  if (foreign !== undefined)
    throw new ApiError(400, 1001, `policies: the resource '${foreign}' is not of this account.`);
}

function giveValue(call: Call, token: TokenRecord, value: string): void {
  takeValue(call, token.id);
  call.store.put(credentials, {
    hash: tokenHash(value),
    kind: "account",
    accountId: token.accountId,
    tokenId: token.id,
  });
}

function takeValue(call: Call, tokenId: string): void {
  for (const credential of call.store.list(credentials)) {
    if (credential.tokenId === tokenId) call.store.remove(credentials, "", credential.hash);
  }
}

function tokenOf(call: Call): TokenRecord {
  const token = call.store.get(tokens, call.accountId, call.parameter("id"));
  if (!token) throw new ApiError(404, 1000, "Token not found.");
  return token;
}

function shown({
  id,
  name,
  status,
  policies,
  condition,
  notBefore,
  expiresOn,
  issuedOn,
  modifiedOn,
}: TokenRecord): Record<string, unknown> {
  return {
    id,
    name,
    status,
    policies,
    issued_on: issuedOn,
    modified_on: modifiedOn,
    last_used_on: null,
    ...(condition === undefined ? {} : { condition }),
    ...(notBefore === undefined ? {} : { not_before: notBefore }),
    ...(expiresOn === undefined ? {} : { expires_on: expiresOn }),
  };
}
