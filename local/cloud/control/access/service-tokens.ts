import { createHash, randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { type ResourceRecord, resources } from "../../store/records/resources.ts";
import type { Call } from "../call.ts";
import { crudRoutes, recordOf, writeResource } from "../crud.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";

const base = "/accounts/:account/access/service_tokens";
const serviceTokens = resources("service-token");
const tokenBody = z.looseObject({
  name: z.string().min(1),
  duration: z
    .string()
    .regex(/^(\d+h|forever)$/, "expected hours such as 8760h")
    .default("8760h"),
});
const kind = {
  base,
  collection: serviceTokens,
  scope: (call: Call) => call.accountId,
  body: tokenBody,
  codes: { invalid: 12130, notFound: 12100 },
  id: () => randomUUID(),
  stamps: ["created_at", "updated_at"] as [string, string],
  prepare(call: Call, body: z.infer<typeof tokenBody>, before: ResourceRecord | undefined) {
    const client_id = before?.body.client_id ?? `${hexId()}.access`;
    return { ...body, client_id, expires_at: before?.body.expires_at ?? expiry(call, body.duration) };
  },
};

/** Credentials by which programs pass Access. The secret is shown once, when it is made; only its hash is kept. */
export const serviceTokenRoutes: Route[] = [
  route("POST", base, async (call) => {
    const { id } = await writeResource(kind, call, false, undefined);
    return withSecret(call, id);
  }),
  route("POST", `${base}/:id/rotate`, (call) => withSecret(call, recordOf(kind, call).id)),
  route("POST", `${base}/:id/refresh`, (call) => {
    const record = recordOf(kind, call);
    const body = { ...record.body, expires_at: expiry(call, String(record.body.duration)), updated_at: call.now() };
    call.store.put(serviceTokens, { ...record, body });
    return ok(body);
  }),
  ...crudRoutes(kind).filter(({ method, path }) => method !== "POST" || path !== base),
];

function withSecret(call: Call, id: string): Response {
  return call.store.transaction(() => {
    const record = call.store.get(serviceTokens, call.accountId, id);
    const secret = randomBytes(32).toString("hex");
    if (record)
      call.store.put(serviceTokens, {
        ...record,
        secrets: { hash: createHash("sha256").update(secret).digest("hex") },
      });
    return ok({ ...record?.body, client_secret: secret });
  });
}

function expiry(call: Call, duration: string): string | null {
  const hours = /^(\d+)h$/.exec(duration)?.[1];
  return hours === undefined ? null : new Date(call.clock.now() + Number(hours) * 3_600_000).toISOString();
}
