import { isJsonMap, type Json, type JsonMap } from "../../kit/value.ts";
import { rest } from "../rest.ts";

const scoped = ["accounts/{accountId}/{id}", "zones/{zoneId}/{id}"];

export const accessPolicy = rest({
  type: "ZeroTrustAccessPolicy",
  create: "POST /accounts/{accountId}/access/policies",
  item: "/accounts/{accountId}/access/policies/{id}",
  update: "PUT",
  importIds: ["{accountId}/{id}"],
  defaults: { session_duration: "24h" },
  assumed: { sessionDuration: "24h" },
});

export const accessApplication = rest({
  type: "ZeroTrustAccessApplication",
  create: "POST /{scope}/access/apps",
  item: "/{scope}/access/apps/{id}",
  update: "PUT",
  importIds: scoped,
  defaults: { app_launcher_visible: true, http_only_cookie_attribute: true },
  toBody: (body) => ({ ...body, ...(Array.isArray(body.policies) ? { policies: ranked(body.policies) } : {}) }),
  fromAnswer: (answer, properties) => (isJsonMap(answer) ? withKnownPolicies(answer, properties) : {}),
});

/** Policies count in the order in which they are listed. */
function ranked(policies: Json[]): Json {
  return policies.map((policy, index) => (isJsonMap(policy) ? { precedence: index + 1, ...policy } : policy));
}

/** The API answers whole policies where the program attached them by id: only what was attached is told. */
function withKnownPolicies(answer: JsonMap, properties: JsonMap): JsonMap {
  const { policies } = answer;
  const attached = Array.isArray(properties.policies) && properties.policies.every(isReference);
  if (!Array.isArray(policies) || !attached) return answer;
  const known = policies.map((policy) =>
    isJsonMap(policy) ? { id: policy.id ?? null, precedence: policy.precedence ?? null } : policy,
  );
  return { ...answer, policies: known };
}

function isReference(policy: Json): boolean {
  return isJsonMap(policy) && Object.keys(policy).every((name) => name === "id" || name === "precedence");
}

export const accessIdentityProvider = rest({
  type: "ZeroTrustAccessIdentityProvider",
  create: "POST /{scope}/access/identity_providers",
  item: "/{scope}/access/identity_providers/{id}",
  update: "PUT",
  importIds: scoped,
  writeOnly: [
    ["config", "clientSecret"],
    ["scimConfig", "secret"],
  ],
});

export const accessServiceToken = rest({
  type: "ZeroTrustAccessServiceToken",
  create: "POST /{scope}/access/service_tokens",
  item: "/{scope}/access/service_tokens/{id}",
  update: "PUT",
  importIds: scoped,
});
