import type { Problem } from "../../kit/check.ts";
import { isJsonMap, isMap, type Json, type ValueMap } from "../../kit/value.ts";
import { rest } from "../rest.ts";

/** Resources of a policy are a map in the API and its JSON text in Pulumi's schema. */
export const accountToken = rest({
  type: "AccountToken",
  create: "POST /accounts/{accountId}/tokens",
  item: "/accounts/{accountId}/tokens/{id}",
  update: "PUT",
  importIds: ["{accountId}/{id}"],
  toBody: (body) => ({ ...body, ...(Array.isArray(body.policies) ? { policies: body.policies.map(opened) } : {}) }),
  overrides: { check: checkTokenPolicies },
});

function opened(policy: Json): Json {
  if (!isJsonMap(policy) || typeof policy.resources !== "string") return policy;
  return { ...policy, resources: JSON.parse(policy.resources) };
}

function checkTokenPolicies(inputs: ValueMap): Problem[] {
  const policies = Array.isArray(inputs.policies) ? inputs.policies : [];
  return policies.flatMap((policy, index) => {
    if (!isMap(policy) || typeof policy.resources !== "string" || isJsonObject(policy.resources)) return [];
    const reason = 'must be a JSON object as text, such as JSON.stringify({ "com.cloudflare.api.account.<id>": "*" })';
    return [{ path: ["policies", index, "resources"], reason }];
  });
}

function isJsonObject(text: string): boolean {
  try {
    return isJsonMap(JSON.parse(text));
  } catch {
    return false;
  }
}

export const notificationPolicy = rest({
  type: "NotificationPolicy",
  create: "POST /accounts/{accountId}/alerting/v3/policies",
  item: "/accounts/{accountId}/alerting/v3/policies/{id}",
  update: "PUT",
  importIds: ["{accountId}/{id}"],
});

export const notificationPolicyWebhooks = rest({
  type: "NotificationPolicyWebhooks",
  create: "POST /accounts/{accountId}/alerting/v3/destinations/webhooks",
  item: "/accounts/{accountId}/alerting/v3/destinations/webhooks/{id}",
  update: "PUT",
  writeOnly: [["secret"]],
  importIds: ["{accountId}/{id}"],
});

export const logpushJob = rest({
  type: "LogpushJob",
  create: "POST /{scope}/logpush/jobs",
  item: "/{scope}/logpush/jobs/{id}",
  update: "PUT",
  replace: ["dataset"],
  importIds: ["accounts/{accountId}/{id}", "zones/{zoneId}/{id}"],
  defaults: {
    filter: "",
    frequency: "high",
    kind: "",
    logpull_options: "",
    max_upload_bytes: 0,
    max_upload_interval_seconds: 0,
    max_upload_records: 0,
  },
});

export const turnstileWidget = rest({
  type: "TurnstileWidget",
  create: "POST /accounts/{accountId}/challenges/widgets",
  item: "/accounts/{accountId}/challenges/widgets/{id}",
  update: "PUT",
  id: { answer: "sitekey" },
  replace: ["region"],
  importIds: ["{accountId}/{id}"],
});
