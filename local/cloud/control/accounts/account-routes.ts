import { z } from "zod";
import { type AccountRecord, accounts } from "../../store/records/accounts.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { localUser } from "./local-user.ts";

export const accountRoutes: Route[] = [
  route("GET", "/user", () =>
    ok({
      ...localUser,
      first_name: null,
      last_name: null,
      username: "local",
      two_factor_authentication_enabled: false,
      suspended: false,
    }),
  ),
  route("GET", "/user/tokens/verify", verifyToken),
  route("GET", "/accounts/:account/tokens/verify", verifyToken),
  route("GET", "/accounts", (call) => {
    const name = call.query.get("name");
    const reachable = reachableAccounts(call).filter((account) => name === null || account.name.includes(name));
    return paged(call, reachable.map(shown), { perPage: 20, max: 50 });
  }),
  route("GET", "/accounts/:account", (call) => ok(shown(call.account))),
  route("PUT", "/accounts/:account", async (call) => {
    const { name } = await call.json(z.looseObject({ name: z.string().min(1).max(100) }), 1001);
    if (name !== call.account.name) {
      throw new ApiError(
        400,
        1001,
        `The account is seeded as ${call.account.name} and keeps that name in the embedded cloud.`,
      );
    }
    return ok(shown(call.account));
  }),
  route("GET", "/memberships", (call) =>
    paged(
      call,
      reachableAccounts(call).map((account) => ({
        id: account.id,
        status: "accepted",
        account: shown(account),
        roles: ["Super Administrator - All Privileges"],
        permissions: {},
      })),
      { perPage: 20, max: 50 },
    ),
  ),
];

function verifyToken(call: Call): Response {
  const { token, accountId } = call.identity;
  return ok(
    {
      id: token?.id ?? accountId,
      status: "active",
      ...(token?.expiresOn === undefined ? {} : { expires_on: token.expiresOn }),
    },
    { messages: [{ code: 10000, message: "This API Token is valid and active" }] },
  );
}

function reachableAccounts(call: Call): AccountRecord[] {
  return call.store.list(accounts).filter((account) => call.identity.reaches({ account }));
}

function shown(account: AccountRecord): Record<string, unknown> {
  return {
    id: account.id,
    name: account.name,
    type: "standard",
    settings: { enforce_twofactor: false, abuse_contact_email: null },
    created_on: account.createdOn,
  };
}
