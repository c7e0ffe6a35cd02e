import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ApiError } from "../api-error.ts";
import { crudRoutes } from "../crud.ts";
import type { Route } from "../route.ts";
import { accessApps, identityProviders } from "./access-record.ts";

const providerBody = z.looseObject({
  name: z.string().min(1),
  type: z.enum([
    "onetimepin",
    "azureAD",
    "saml",
    "centrify",
    "facebook",
    "github",
    "google-apps",
    "google",
    "linkedin",
    "oidc",
    "okta",
    "onelogin",
    "pingone",
    "yandex",
  ]),
  config: z.looseObject({}).default({}),
});

/** Where people sign in. The client secret of a provider is never shown. */
export const identityProviderRoutes: Route[] = crudRoutes({
  base: "/accounts/:account/access/identity_providers",
  collection: identityProviders,
  scope: (call) => call.accountId,
  body: providerBody,
  codes: { invalid: 12130, notFound: 12135, taken: 12136 },
  id: () => randomUUID(),
  stamps: ["created_at", "updated_at"],
  show: (_, { body }) => {
    const { client_secret: _secret, ...config } = body.config as Record<string, unknown>;
    return { ...body, config };
  },
  beforeDelete(call, { id }) {
    const users = call.store
      .list(accessApps, call.accountId)
      .filter(({ body }) => (body.allowed_idps as string[] | undefined)?.includes(id));
    if (users.length > 0) {
      throw new ApiError(
        409,
        12137,
        `The identity provider is used by the applications ${users.map(({ body }) => body.name).join(", ")}.`,
      );
    }
  },
});
