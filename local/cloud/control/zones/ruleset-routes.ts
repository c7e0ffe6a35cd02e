import { z } from "zod";
import { type ResourceRecord, resources } from "../../store/records/resources.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";

const rulesets = resources("ruleset");

/** https://developers.cloudflare.com/ruleset-engine/reference/phases-list/ */
const phases = [
  "ddos_l4",
  "ddos_l7",
  "http_config_settings",
  "http_custom_errors",
  "http_log_custom_fields",
  "http_ratelimit",
  "http_request_cache_settings",
  "http_request_dynamic_redirect",
  "http_request_firewall_custom",
  "http_request_firewall_managed",
  "http_request_late_transform",
  "http_request_origin",
  "http_request_redirect",
  "http_request_sanitize",
  "http_request_sbfm",
  "http_request_transform",
  "http_response_cache_settings",
  "http_response_compression",
  "http_response_firewall_managed",
  "http_response_headers_transform",
  "magic_transit",
  "magic_transit_ids_managed",
  "magic_transit_managed",
  "magic_transit_ratelimit",
] as const;
const actions = [
  "block",
  "challenge",
  "compress_response",
  "ddos_dynamic",
  "execute",
  "force_connection_close",
  "js_challenge",
  "log",
  "log_custom_field",
  "managed_challenge",
  "redirect",
  "rewrite",
  "route",
  "score",
  "serve_error",
  "set_cache_control",
  "set_cache_settings",
  "set_cache_tags",
  "set_config",
  "skip",
] as const;

const rule = z.looseObject({
  id: z.string().optional(),
  ref: z.string().optional(),
  action: z.enum(actions),
  expression: z.string().min(1, "expected an expression").max(4096),
  description: z.string().optional(),
  enabled: z.boolean().default(true),
});
type Rule = z.infer<typeof rule>;

const rules = z.array(rule).max(1000).default([]);
const rulesetBody = z.looseObject({
  name: z.string().min(1),
  kind: z.enum(["custom", "managed", "root", "zone"]),
  phase: z.enum(phases),
  description: z.string().default(""),
  rules,
});
const changeBody = z.looseObject({
  name: z.string().optional(),
  kind: z.string().optional(),
  phase: z.string().optional(),
  description: z.string().optional(),
  rules,
});

/** Rulesets of zones and of accounts: one entry point per phase, any number of custom ones. */
export const rulesetRoutes: Route[] = ["/zones/:zone/rulesets", "/accounts/:account/rulesets"].flatMap((base) => [
  route("GET", base, (call) =>
    ok(
      call.store.list(rulesets, scopeOf(call)).map(({ body: { rules: _rules, ...summary } }) => summary),
      { info: {} },
    ),
  ),
  route("POST", base, async (call) => {
    const body = await call.json(rulesetBody, 20020);
    return call.store.transaction(() => ok(create(call, body).body));
  }),
  route("GET", `${base}/phases/:phase/entrypoint`, (call) => ok(entrypointOf(call).body)),
  route("PUT", `${base}/phases/:phase/entrypoint`, async (call) => {
    const body = await call.json(changeBody, 20020);
    const phase = z.enum(phases).safeParse(call.parameter("phase"));
    if (!phase.success) throw new ApiError(400, 20021, `'${call.parameter("phase")}' is not a valid phase.`);
    return call.store.transaction(() => {
      const existing = findEntrypoint(call, phase.data);
      const kind = entrypointKind(call);
      const made = existing
        ? change(call, existing, body)
        : create(call, {
            name: body.name ?? "default",
            kind,
            phase: phase.data,
            description: body.description ?? "",
            rules: body.rules,
          });
      return ok(made.body);
    });
  }),
  route("GET", `${base}/:ruleset`, (call) => ok(rulesetOf(call).body)),
  route("PUT", `${base}/:ruleset`, async (call) => {
    const body = await call.json(changeBody, 20020);
    return call.store.transaction(() => ok(change(call, rulesetOf(call), body).body));
  }),
  route("DELETE", `${base}/:ruleset`, (call) => {
    const { scope, id } = rulesetOf(call);
    call.store.remove(rulesets, scope, id);
    return new Response(null, { status: 204 });
  }),
  route("POST", `${base}/:ruleset/rules`, async (call) => {
    const added = await call.json(rule, 20020);
    return changeRules(call, (before) => [...before, added]);
  }),
  route("PATCH", `${base}/:ruleset/rules/:rule`, async (call) => {
    const fields = await call.json(rule.partial(), 20020);
    return changeRules(call, (before) =>
      before.map((one) => (one.id === ruleIdOf(call, before) ? ({ ...one, ...fields, id: one.id } as Rule) : one)),
    );
  }),
  route("DELETE", `${base}/:ruleset/rules/:rule`, (call) =>
    changeRules(call, (before) => before.filter(({ id }) => id !== ruleIdOf(call, before))),
  ),
]);

const isZone = (call: Call): boolean => call.optionalParameter("zone") !== undefined;
const scopeOf = (call: Call): string => (isZone(call) ? call.zone.id : call.accountId);
const entrypointKind = (call: Call): "zone" | "root" => (isZone(call) ? "zone" : "root");

/** @throws {ApiError} 400/20217 for a second entry point of a phase. */
function create(call: Call, body: z.infer<typeof rulesetBody>): ResourceRecord {
  const expected = entrypointKind(call);
  if (body.kind !== expected && body.kind !== "custom") {
    throw new ApiError(400, 20020, `kind: found ${body.kind}; expected ${expected} or custom here.`);
  }
  if (body.kind === expected && findEntrypoint(call, body.phase)) {
    throw new ApiError(400, 20217, `exceeded maximum number of ${expected} rulesets for phase ${body.phase}`);
  }
  const id = hexId();
  return put(call, id, { ...body, id, version: "1" }, body.rules, []);
}

/** Name, kind and phase stay; every change is a new version. */
function change(call: Call, before: ResourceRecord, body: z.infer<typeof changeBody>): ResourceRecord {
  for (const member of ["kind", "phase"] as const) {
    if (body[member] !== undefined && body[member] !== before.body[member]) {
      throw new ApiError(
        400,
        20020,
        `${member}: found ${body[member]}; a ruleset keeps its ${member} (${String(before.body[member])}).`,
      );
    }
  }
  const version = String(Number(before.body.version) + 1);
  const description = body.description ?? before.body.description;
  const name = body.name ?? before.body.name;
  return put(call, before.id, { ...before.body, name, description, version }, body.rules, before.body.rules as Rule[]);
}

function put(call: Call, id: string, body: Record<string, unknown>, wanted: Rule[], before: Rule[]): ResourceRecord {
  const now = call.now();
  const record: ResourceRecord = {
    scope: scopeOf(call),
    id,
    body: { ...body, rules: wanted.map((one) => numbered(one, before, now)), last_updated: now },
  };
  call.store.put(rulesets, record);
  return record;
}

/** A rule is the same one when its id, or else its `ref`, is known; what it says decides whether it is a new version of it. */
function numbered(wanted: Rule, before: Rule[], now: string): Rule {
  const known = before.find(({ id, ref }) =>
    wanted.id === undefined ? wanted.ref !== undefined && ref === wanted.ref : id === wanted.id,
  );
  const id = known?.id ?? hexId();
  const essence = ({ action, expression, description, enabled, action_parameters, ratelimit, logging }: Rule) =>
    JSON.stringify([action, expression, description, enabled, action_parameters, ratelimit, logging]);
  const isSame = known !== undefined && essence(known) === essence(wanted);
  const version = known ? String(Number(known.version) + (isSame ? 0 : 1)) : "1";
  return {
    ...wanted,
    id,
    version,
    ref: wanted.ref ?? known?.ref ?? id,
    last_updated: isSame ? known.last_updated : now,
  };
}

async function changeRules(call: Call, edit: (rules: Rule[]) => Rule[]): Promise<Response> {
  return call.store.transaction(() => {
    const before = rulesetOf(call);
    return ok(change(call, before, { rules: edit(before.body.rules as Rule[]) }).body);
  });
}

function ruleIdOf(call: Call, among: Rule[]): string {
  const id = call.parameter("rule");
  if (!among.some((one) => one.id === id)) throw new ApiError(404, 10002, `could not find rule '${id}'`);
  return id;
}

function findEntrypoint(call: Call, phase: string): ResourceRecord | undefined {
  return call.store
    .list(rulesets, scopeOf(call))
    .find(({ body }) => body.kind === entrypointKind(call) && body.phase === phase);
}

function entrypointOf(call: Call): ResourceRecord {
  const phase = call.parameter("phase");
  const found = findEntrypoint(call, phase);
  if (!found) throw new ApiError(404, 10003, `could not find entrypoint ruleset in the ${phase} phase`);
  return found;
}

function rulesetOf(call: Call): ResourceRecord {
  const found = call.store.get(rulesets, scopeOf(call), call.parameter("ruleset"));
  if (!found) throw new ApiError(404, 10001, `could not find ruleset '${call.parameter("ruleset")}'`);
  return found;
}
