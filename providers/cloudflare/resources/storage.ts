import { rest } from "../rest.ts";

export const d1Database = rest({
  type: "D1Database",
  create: "POST /accounts/{accountId}/d1/database",
  item: "/accounts/{accountId}/d1/database/{id}",
  update: "PUT",
  id: { answer: "uuid" },
  outside: ["fields"],
  // Another name is another database, and its data is gone: such a program should protect it.
  replace: ["name", "jurisdiction", "primaryLocationHint"],
  uniqueBy: ["accountId", "name"],
  importIds: ["{accountId}/{id}"],
});

export const hyperdriveConfig = rest({
  type: "HyperdriveConfig",
  create: "POST /accounts/{accountId}/hyperdrive/configs",
  item: "/accounts/{accountId}/hyperdrive/configs/{id}",
  update: "PUT",
  writeOnly: [
    ["origin", "password"],
    ["origin", "accessClientSecret"],
  ],
  uniqueBy: ["accountId", "name"],
  importIds: ["{accountId}/{id}"],
});
