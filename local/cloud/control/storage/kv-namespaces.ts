import { z } from "zod";
import { type KvNamespaceRecord, kvNamespaces } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";

const base = "/accounts/:account/storage/kv/namespaces";

/** Titles of up to 512 bytes, unique within the account. */
const namespaceBody = z.object({
  title: z
    .string({ error: "expected a title" })
    .min(1, "expected a title that is not empty")
    .max(512, "expected at most 512 characters"),
});

export const kvNamespaceRoutes: Route[] = [
  route("GET", base, (call) => {
    const all = call.store.list(kvNamespaces, call.accountId).map(shown);
    const by = call.query.get("order") === "title" ? "title" : undefined;
    if (by) all.sort((a, b) => a.title.localeCompare(b.title));
    if (call.query.get("direction") === "desc") all.reverse();
    return paged(call, all, { perPage: 20, max: 1000 });
  }),
  route("POST", base, async (call) => {
    const { title } = await call.json(namespaceBody, 10019);
    return call.store.transaction(() => {
      refuseTakenTitle(call, title);
      const namespace: KvNamespaceRecord = { id: hexId(), accountId: call.accountId, title };
      call.store.put(kvNamespaces, namespace);
      return ok(shown(namespace));
    });
  }),
  route("GET", `${base}/:namespace`, (call) => ok(shown(kvNamespaceOf(call)))),
  route("PUT", `${base}/:namespace`, async (call) => {
    const { title } = await call.json(namespaceBody, 10019);
    return call.store.transaction(() => {
      const namespace = kvNamespaceOf(call);
      if (namespace.title !== title) refuseTakenTitle(call, title);
      const renamed = { ...namespace, title };
      call.store.put(kvNamespaces, renamed);
      return ok(shown(renamed));
    });
  }),
  route("DELETE", `${base}/:namespace`, async (call) => {
    const { id } = kvNamespaceOf(call);
    call.store.remove(kvNamespaces, call.accountId, id);
    await call.runtime.dropStorage("kv", id);
    call.runtime.desiredStateChanged();
    return ok(null);
  }),
];

/** The namespace that the path names. @throws {ApiError} 404/10013 */
export function kvNamespaceOf(call: Call): KvNamespaceRecord {
  const namespace = call.store.get(kvNamespaces, call.accountId, call.parameter("namespace"));
  if (!namespace) throw new ApiError(404, 10013, "namespace not found");
  return namespace;
}

function refuseTakenTitle(call: Call, title: string): void {
  if (call.store.byName(kvNamespaces, call.accountId, title)) {
    throw new ApiError(400, 10014, `a namespace with this account ID and title already exists: ${title}`);
  }
}

function shown({ id, title }: KvNamespaceRecord): { id: string; title: string; supports_url_encoding: boolean } {
  return { id, title, supports_url_encoding: true };
}
