import { rest } from "../rest.ts";

export const workersKvNamespace = rest({
  type: "WorkersKvNamespace",
  create: "POST /accounts/{accountId}/storage/kv/namespaces",
  item: "/accounts/{accountId}/storage/kv/namespaces/{id}",
  update: "PUT",
  replace: ["jurisdiction"],
  uniqueBy: ["accountId", "title"],
  importIds: ["{accountId}/{id}"],
});
