import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { crudRoutes } from "../crud.ts";
import type { Route } from "../route.ts";
import { accessPolicies } from "./access-policies.ts";
import { accessApps, identityProviders } from "./access-record.ts";

const attachedPolicy = z.union([
  z.string().transform((id) => ({ id, precedence: undefined })),
  z.looseObject({ id: z.string().optional(), precedence: z.int().min(1).optional() }),
]);
const appBody = z.looseObject({
  name: z.string().optional(),
  domain: z.string().optional(),
  type: z
    .enum([
      "self_hosted",
      "saas",
      "ssh",
      "vnc",
      "app_launcher",
      "warp",
      "biso",
      "bookmark",
      "dash_sso",
      "infrastructure",
      "rdp",
      "mcp",
      "mcp_portal",
    ])
    .default("self_hosted"),
  session_duration: z.string().default("24h"),
  policies: z.array(attachedPolicy).optional(),
  allowed_idps: z.array(z.string()).optional(),
});

/** Applications behind Access, of the account or of a zone; zones' applications are the account's. */
export const accessAppRoutes: Route[] = ["/accounts/:account/access/apps", "/zones/:zone/access/apps"].flatMap((base) =>
  crudRoutes({
    base,
    collection: accessApps,
    scope: (call) => call.accountId,
    body: appBody,
    codes: { invalid: 12130, notFound: 11021, taken: 11010 },
    id: () => randomUUID(),
    stamps: ["created_at", "updated_at"],
    name: ({ type, domain }) => (type === "self_hosted" ? domain : undefined),
    prepare(call, body, before) {
      if (body.type === "self_hosted" && !body.domain && !body.destinations && !body.self_hosted_domains) {
        throw new ApiError(
          400,
          12130,
          "access.api.error.invalid_request: domain is required for a self-hosted application",
        );
      }
      const policies = body.policies?.map((policy, index) => ({
        ...attach(call, policy.id),
        precedence: policy.precedence ?? index + 1,
      }));
      for (const id of body.allowed_idps ?? []) {
        if (!call.store.get(identityProviders, call.accountId, id)) {
          throw new ApiError(
            400,
            12130,
            `access.api.error.invalid_request: the identity provider ${id} does not exist`,
          );
        }
      }
      const name = body.name ?? body.domain ?? "";
      const aud = before?.body.aud ?? createHash("sha256").update(randomUUID()).digest("hex");
      return { ...body, name, aud, ...(policies ? { policies } : {}) };
    },
    show: (call, { body }) => ({ ...body, ...(body.policies ? { policies: shownPolicies(call, body.policies) } : {}) }),
  }),
);

/** @throws {ApiError} 400/12130 for a policy that does not exist. */
function attach(call: Call, id: string | undefined): { id: string } {
  if (id === undefined || !call.store.get(accessPolicies, call.accountId, id)) {
    throw new ApiError(
      400,
      12130,
      `access.api.error.invalid_request: the policy ${id ?? "without an id"} does not exist in the account`,
    );
  }
  return { id };
}

function shownPolicies(call: Call, policies: unknown): unknown[] {
  return (policies as { id: string; precedence: number }[]).map((attached) => ({
    ...call.store.get(accessPolicies, call.accountId, attached.id)?.body,
    ...attached,
    reusable: true,
  }));
}
