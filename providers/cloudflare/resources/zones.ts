import { isJsonMap, type Json } from "../../kit/value.ts";
import { rest } from "../rest.ts";

export const zone = rest({
  type: "Zone",
  create: "POST /zones",
  item: "/zones/{id}",
  update: "PATCH",
  replace: ["account", "name"],
  uniqueBy: ["name"],
  importIds: ["{id}"],
});

/** A delete leaves the setting as it is: Cloudflare has no "unset". */
export const zoneSetting = rest({
  type: "ZoneSetting",
  create: "PATCH /zones/{zoneId}/settings/{settingId}",
  item: "/zones/{zoneId}/settings/{settingId}",
  update: "PATCH",
  id: { property: "settingId" },
  replace: ["settingId"],
  keepOnDelete: true,
  importIds: ["{zoneId}/{settingId}"],
});

export const dnsRecord = rest({
  type: "DnsRecord",
  create: "POST /zones/{zoneId}/dns_records",
  item: "/zones/{zoneId}/dns_records/{id}",
  update: "PUT",
  outside: ["includeShadowMetadata"],
  importIds: ["{zoneId}/{id}"],
});

export const healthcheck = rest({
  type: "Healthcheck",
  create: "POST /zones/{zoneId}/healthchecks",
  item: "/zones/{zoneId}/healthchecks/{id}",
  update: "PUT",
  importIds: ["{zoneId}/{id}"],
});

export const ruleset = rest({
  type: "Ruleset",
  create: "POST /{scope}/rulesets",
  item: "/{scope}/rulesets/{id}",
  update: "PUT",
  replace: ["kind", "name", "phase"],
  uniqueBy: ["accountId", "zoneId", "kind", "phase"],
  importIds: ["accounts/{accountId}/{id}", "zones/{zoneId}/{id}"],
  defaults: { description: "" },
  toBody: (body) => ({ ...body, ...(body.rules === undefined ? {} : { rules: withParameters(body.rules) }) }),
});

/** The official plugin sends the parameters of every rule's action, none being `{}`. */
function withParameters(rules: Json): Json {
  if (!Array.isArray(rules)) return rules;
  return rules.map((rule) => (isJsonMap(rule) ? { action_parameters: {}, ...rule } : rule));
}
