import { isJsonMap, type Json, type JsonMap } from "../../kit/value.ts";
import { rest } from "../rest.ts";

export const secretsStore = rest({
  type: "SecretsStore",
  create: "POST /accounts/{accountId}/secrets_store/stores",
  item: "/accounts/{accountId}/secrets_store/stores/{id}",
  outside: ["force"],
  uniqueBy: ["accountId", "name"],
  importIds: ["{accountId}/{id}"],
  fromAnswer: only,
});

/** A secret's value is never returned. It is made by a list of one, and answered by one. */
export const secretsStoreSecret = rest({
  type: "SecretsStoreSecret",
  create: "POST /accounts/{accountId}/secrets_store/stores/{storeId}/secrets",
  item: "/accounts/{accountId}/secrets_store/stores/{storeId}/secrets/{id}",
  createsList: true,
  update: "PATCH",
  replace: ["storeId", "name"],
  uniqueBy: ["accountId", "storeId", "name"],
  writeOnly: [["value"]],
  importIds: ["{accountId}/{storeId}/{id}"],
  fromAnswer: only,
});

/** The answer itself, or the one item of a list. */
function only(answer: Json): JsonMap {
  const item = Array.isArray(answer) ? answer[0] : answer;
  return isJsonMap(item) ? item : {};
}
