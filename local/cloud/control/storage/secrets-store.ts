import { z } from "zod";
import {
  type SecretsStoreRecord,
  type StoreSecretRecord,
  secretsStores,
  storeSecrets,
} from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";

const base = "/accounts/:account/secrets_store/stores";
const secrets = `${base}/:store/secrets`;

const storeBody = z.looseObject({ name: z.string().min(1, "store_name_empty").max(255) });
const scopes = z.array(z.string().min(1, "secret_scope_invalid")).min(1, "secret_scopes_empty");
const secretBody = z.looseObject({
  name: z
    .string()
    .min(1, "secret_name_empty")
    .regex(/^[A-Za-z0-9_-]{1,255}$/, "secret_name_invalid"),
  value: z.string().max(65_536, "secret_value_too_large"),
  scopes,
  comment: z.string().nullish(),
});
const secretsBody = z.array(secretBody).min(1, "invalid_json_body");
const secretChange = z.looseObject({
  value: z.string().optional(),
  scopes: scopes.optional(),
  comment: z.string().nullish(),
});
const deletionsBody = z.array(z.looseObject({ id: z.string() }));

/** Secrets of an account that several Workers share; a value is never shown again. */
export const secretsStoreRoutes: Route[] = [
  route("GET", base, (call) =>
    paged(call, call.store.list(secretsStores, call.accountId).map(shownStore), { perPage: 20, max: 100 }),
  ),
  route("POST", base, createStore),
  route("GET", `${base}/:store`, (call) => ok(shownStore(storeOf(call)))),
  route("DELETE", `${base}/:store`, deleteStore),
  route("GET", secrets, (call) => {
    const search = call.query.get("search") ?? "";
    const found = call.store.list(storeSecrets, storeOf(call).id).filter(({ name }) => name.includes(search));
    return paged(call, found.map(shownSecret), { perPage: 20, max: 100 });
  }),
  route("POST", secrets, createSecrets),
  route("DELETE", secrets, async (call) => {
    const wanted = await call.json(deletionsBody, 1001);
    const found = wanted.map(({ id }) => findSecret(call, id));
    for (const { id, storeId } of found) call.store.remove(storeSecrets, storeId, id);
    return ok(found.map((secret) => ({ ...shownSecret(secret), status: "deleted" })));
  }),
  route("GET", `${secrets}/:secret`, (call) => ok(shownSecret(findSecret(call, call.parameter("secret"))))),
  route("PATCH", `${secrets}/:secret`, changeSecret),
  route("DELETE", `${secrets}/:secret`, (call) => {
    const secret = findSecret(call, call.parameter("secret"));
    call.store.remove(storeSecrets, secret.storeId, secret.id);
    return ok({ ...shownSecret(secret), status: "deleted" });
  }),
  route("GET", "/accounts/:account/secrets_store/quota", (call) => {
    const stores = call.store.list(secretsStores, call.accountId);
    const usage = stores.reduce((sum, { id }) => sum + call.store.list(storeSecrets, id).length, 0);
    return ok({ secrets: { quota: 100, usage } });
  }),
];

async function createStore(call: Call): Promise<Response> {
  const { name } = await call.json(storeBody, 1001);
  return call.store.transaction(() => {
    if (call.store.byName(secretsStores, call.accountId, name))
      throw new ApiError(409, 1003, `store_name_already_exists: ${name}`);
    const now = call.now();
    const made: SecretsStoreRecord = { id: hexId(), accountId: call.accountId, name, created: now, modified: now };
    call.store.put(secretsStores, made);
    return ok(shownStore(made));
  });
}

/** @throws {ApiError} 409/1003 for a store with secrets, without `?force=true`. */
function deleteStore(call: Call): Response {
  return call.store.transaction(() => {
    const { id } = storeOf(call);
    const inside = call.store.list(storeSecrets, id);
    if (inside.length > 0 && call.query.get("force") !== "true") throw new ApiError(409, 1003, "store_not_empty");
    for (const secret of inside) call.store.remove(storeSecrets, id, secret.id);
    call.store.remove(secretsStores, call.accountId, id);
    return ok(null);
  });
}

/** Takes and answers an array: all of it is made, or none. */
async function createSecrets(call: Call): Promise<Response> {
  const wanted = await call.json(secretsBody, 1001);
  const made = call.store.transaction(() => {
    const { id: storeId } = storeOf(call);
    return wanted.map(({ name, value, scopes: used, comment }) => {
      if (call.store.byName(storeSecrets, storeId, name))
        throw new ApiError(409, 1003, `secret_name_already_exists: ${name}`);
      const now = call.now();
      const record: StoreSecretRecord = {
        id: hexId(),
        storeId,
        name,
        value,
        scopes: used,
        comment: comment ?? "",
        created: now,
        modified: now,
      };
      call.store.put(storeSecrets, record);
      return record;
    });
  });
  call.runtime.desiredStateChanged();
  return ok(made.map(shownSecret));
}

async function changeSecret(call: Call): Promise<Response> {
  const change = await call.json(secretChange, 1001);
  const changed = call.store.transaction(() => {
    const before = findSecret(call, call.parameter("secret"));
    const after: StoreSecretRecord = {
      ...before,
      value: change.value ?? before.value,
      scopes: change.scopes ?? before.scopes,
      comment: change.comment ?? before.comment,
      modified: call.now(),
    };
    call.store.put(storeSecrets, after);
    return after;
  });
  call.runtime.desiredStateChanged();
  return ok(shownSecret(changed));
}

function storeOf(call: Call): SecretsStoreRecord {
  const found = call.store.get(secretsStores, call.accountId, call.parameter("store"));
  if (!found) throw new ApiError(404, 1001, "store_not_found");
  return found;
}

function findSecret(call: Call, id: string): StoreSecretRecord {
  const found = call.store.get(storeSecrets, storeOf(call).id, id);
  if (!found) throw new ApiError(404, 1001, "secret_not_found");
  return found;
}

function shownStore({ id, accountId, name, created, modified }: SecretsStoreRecord): Record<string, unknown> {
  return { id, account_id: accountId, name, created, modified };
}

function shownSecret({
  id,
  storeId,
  name,
  scopes: used,
  comment,
  created,
  modified,
}: StoreSecretRecord): Record<string, unknown> {
  return { id, store_id: storeId, name, scopes: used, comment: comment ?? "", status: "active", created, modified };
}
