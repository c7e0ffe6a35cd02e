import { z } from "zod";
import { type HyperdriveRecord, hyperdrives } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";

const base = "/accounts/:account/hyperdrive/configs";
const origin = z.looseObject({
  scheme: z.enum(["postgres", "postgresql", "mysql"]).default("postgres"),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string().min(1, "expected a password"),
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
});
const configBody = z.looseObject({
  name: z.string().min(1).max(100),
  origin: origin.refine(({ host, service_id }) => host !== undefined || service_id !== undefined, "expected a host"),
  caching: z.looseObject({ disabled: z.boolean().optional() }).nullish(),
  mtls: z.looseObject({}).nullish(),
  origin_connection_limit: z.int().min(5).max(100).nullish(),
});
const patchBody = configBody.partial().extend({ origin: origin.partial().optional() });

/** Members of the origin that the API takes and never shows. */
const secretMembers = ["password", "access_client_secret"];

export const hyperdriveRoutes: Route[] = [
  route("GET", base, (call) =>
    paged(call, call.store.list(hyperdrives, call.accountId).map(shown), { perPage: 20, max: 100 }),
  ),
  route("POST", base, async (call) => {
    const body = await call.json(configBody, 2007);
    return put(call, undefined, body);
  }),
  route("GET", `${base}/:config`, (call) => ok(shown(configOf(call)))),
  route("PUT", `${base}/:config`, async (call) => {
    const body = await call.json(configBody, 2007);
    return put(call, configOf(call), body);
  }),
  route("PATCH", `${base}/:config`, async (call) => {
    const body = await call.json(patchBody, 2007);
    const before = configOf(call);
    return put(call, before, {
      name: body.name ?? before.name,
      origin: { ...before.origin, ...body.origin },
      caching: body.caching ?? before.caching,
      mtls: body.mtls ?? before.mtls,
      origin_connection_limit: body.origin_connection_limit ?? before.originConnectionLimit,
    });
  }),
  route("DELETE", `${base}/:config`, (call) => {
    const { id } = configOf(call);
    call.store.remove(hyperdrives, call.accountId, id);
    call.runtime.desiredStateChanged();
    return ok(null);
  }),
];

interface ConfigBody {
  name: string;
  origin: Record<string, unknown>;
  caching?: Record<string, unknown> | null | undefined;
  mtls?: Record<string, unknown> | null | undefined;
  origin_connection_limit?: number | null | undefined;
}

function put(call: Call, before: HyperdriveRecord | undefined, body: ConfigBody): Response {
  const config = call.store.transaction(() => {
    const taken = call.store.byName(hyperdrives, call.accountId, body.name);
    if (taken && taken.id !== before?.id)
      throw new ApiError(400, 2017, `A Hyperdrive config with the name '${body.name}' already exists.`);
    const now = call.now();
    const record: HyperdriveRecord = {
      id: before?.id ?? hexId(),
      accountId: call.accountId,
      name: body.name,
      origin: {
        ...body.origin,
        ...(body.origin.host === undefined ? {} : { port: body.origin.port ?? defaultPort(body.origin) }),
      },
      caching: body.caching ?? { disabled: false },
      createdOn: before?.createdOn ?? now,
      modifiedOn: now,
      ...(body.mtls ? { mtls: body.mtls } : {}),
      ...(body.origin_connection_limit ? { originConnectionLimit: body.origin_connection_limit } : {}),
    };
    call.store.put(hyperdrives, record);
    return record;
  });
  call.runtime.desiredStateChanged();
  return ok(shown(config));
}

function defaultPort(target: Record<string, unknown>): number {
  return target.scheme === "mysql" ? 3306 : 5432;
}

function configOf(call: Call): HyperdriveRecord {
  const config = call.store.get(hyperdrives, call.accountId, call.parameter("config"));
  if (!config) throw new ApiError(404, 2006, "Hyperdrive config not found.");
  return config;
}

function shown(config: HyperdriveRecord): Record<string, unknown> {
  const { id, name, caching, mtls, originConnectionLimit, createdOn, modifiedOn } = config;
  return {
    id,
    name,
    origin: Object.fromEntries(Object.entries(config.origin).filter(([member]) => !secretMembers.includes(member))),
    caching,
    created_on: createdOn,
    modified_on: modifiedOn,
    ...(mtls === undefined ? {} : { mtls }),
    ...(originConnectionLimit === undefined ? {} : { origin_connection_limit: originConnectionLimit }),
  };
}
