import { z } from "zod";
import { accounts } from "../../store/records/accounts.ts";
import { scripts } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { isCron } from "./cron.ts";
import { scriptOf } from "./script-target.ts";

const base = "/accounts/:account/workers/scripts/:script";

const schedulesBody = z.union([
  z.array(z.looseObject({ cron: z.string() })),
  z.object({ schedules: z.array(z.looseObject({ cron: z.string() })) }).transform(({ schedules }) => schedules),
]);
const subdomainBody = z.object({ enabled: z.boolean(), previews_enabled: z.boolean().optional() });

/** What makes a script run: schedules, and its host below `workers.dev`. */
export const triggerRoutes: Route[] = [
  route("GET", `${base}/schedules`, (call) => ok({ schedules: scriptOf(call).schedules })),
  route("PUT", `${base}/schedules`, putSchedules),
  route("GET", `${base}/subdomain`, (call) => ok(scriptOf(call).subdomain)),
  route("POST", `${base}/subdomain`, async (call) => {
    const { enabled, previews_enabled } = await call.json(subdomainBody, 10021);
    return putSubdomain(call, {
      enabled,
      previews_enabled: previews_enabled ?? scriptOf(call).subdomain.previews_enabled,
    });
  }),
  route("DELETE", `${base}/subdomain`, (call) => putSubdomain(call, { enabled: false, previews_enabled: false })),
  // Live tails need a WebSocket that the embedded cloud does not have; there is never one to list.
  route("GET", `${base}/tails`, (call) => {
    scriptOf(call);
    return ok([]);
  }),
  route("GET", "/accounts/:account/workers/subdomain", (call) => ok({ subdomain: call.account.subdomain })),
  route("PUT", "/accounts/:account/workers/subdomain", putAccountSubdomain),
  route("GET", "/accounts/:account/workers/account-settings", () =>
    ok({ default_usage_model: "standard", green_compute: false }),
  ),
];

async function putSchedules(call: Call): Promise<Response> {
  const wanted = (await call.json(schedulesBody, 10021)).map(({ cron }) => cron);
  for (const cron of wanted) {
    if (!isCron(cron)) throw new ApiError(400, 10100, `invalid cron string: ${cron}`);
  }
  const twice = wanted.find((cron, index) => wanted.indexOf(cron) !== index);
  if (twice !== undefined) throw new ApiError(400, 10100, `duplicate cron found: ${twice}`);
  const now = call.now();
  const schedules = call.store.transaction(() => {
    const script = scriptOf(call);
    const known = new Map(script.schedules.map((schedule) => [schedule.cron, schedule]));
    const next = wanted.map((cron) => known.get(cron) ?? { cron, created_on: now, modified_on: now });
    call.store.put(scripts, { ...script, schedules: next });
    return next;
  });
  call.runtime.desiredStateChanged();
  return ok({ schedules });
}

function putSubdomain(call: Call, subdomain: { enabled: boolean; previews_enabled: boolean }): Response {
  call.store.transaction(() => call.store.put(scripts, { ...scriptOf(call), subdomain }));
  call.runtime.desiredStateChanged();
  return ok(subdomain);
}

async function putAccountSubdomain(call: Call): Promise<Response> {
  const { subdomain } = await call.json(
    z.object({ subdomain: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/) }),
    10021,
  );
  const taken = call.store
    .list(accounts)
    .some((account) => account.subdomain === subdomain && account.id !== call.accountId);
  if (taken) throw new ApiError(409, 10032, `The subdomain ${subdomain} is not available.`);
  if (call.account.subdomain !== subdomain) throw new ApiError(409, 10036, "The account has a subdomain already.");
  return ok({ subdomain });
}
