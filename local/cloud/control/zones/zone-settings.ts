import { z } from "zod";
import { resources } from "../../store/records/resources.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";

const zoneSettings = resources("zone-setting");

const onOff = z.enum(["on", "off"]);
const oneOf = (...values: [number, ...number[]]) => z.literal(values);

/** Every setting that the `cloudflare` SDK knows, with what it takes and what a new zone has. */
const known: Record<string, { value: z.ZodType; initial: unknown }> = {
  "0rtt": { value: onOff, initial: "off" },
  advanced_ddos: { value: onOff, initial: "on" },
  aegis: {
    value: z.looseObject({ enabled: z.boolean().optional(), pool_id: z.string().optional() }),
    initial: { enabled: false },
  },
  always_online: { value: onOff, initial: "off" },
  always_use_https: { value: onOff, initial: "off" },
  automatic_https_rewrites: { value: onOff, initial: "on" },
  automatic_platform_optimization: { value: z.looseObject({ enabled: z.boolean() }), initial: { enabled: false } },
  brotli: { value: onOff, initial: "on" },
  browser_cache_ttl: { value: z.int().min(0).max(31_536_000), initial: 14_400 },
  browser_check: { value: onOff, initial: "on" },
  cache_level: {
    value: z.enum(["bypass", "basic", "simplified", "aggressive", "cache_everything"]),
    initial: "aggressive",
  },
  challenge_ttl: {
    value: oneOf(
      300,
      900,
      1800,
      2700,
      3600,
      7200,
      10_800,
      14_400,
      28_800,
      57_600,
      86_400,
      604_800,
      2_592_000,
      31_536_000,
    ),
    initial: 1800,
  },
  ciphers: { value: z.array(z.string()), initial: [] },
  cname_flattening: { value: z.enum(["flatten_at_root", "flatten_all"]), initial: "flatten_at_root" },
  development_mode: { value: onOff, initial: "off" },
  early_hints: { value: onOff, initial: "off" },
  edge_cache_ttl: { value: z.int().min(30).max(604_800), initial: 7200 },
  email_obfuscation: { value: onOff, initial: "on" },
  fonts: { value: onOff, initial: "off" },
  h2_prioritization: { value: z.enum(["on", "off", "custom"]), initial: "off" },
  hotlink_protection: { value: onOff, initial: "off" },
  http2: { value: onOff, initial: "on" },
  http3: { value: onOff, initial: "on" },
  image_resizing: { value: z.enum(["on", "off", "open"]), initial: "off" },
  ip_geolocation: { value: onOff, initial: "on" },
  ipv6: { value: onOff, initial: "on" },
  max_upload: { value: z.int().min(100).max(5000), initial: 100 },
  min_tls_version: { value: z.enum(["1.0", "1.1", "1.2", "1.3"]), initial: "1.0" },
  mirage: { value: onOff, initial: "off" },
  nel: { value: z.looseObject({ enabled: z.boolean() }), initial: { enabled: true } },
  opportunistic_encryption: { value: onOff, initial: "on" },
  opportunistic_onion: { value: onOff, initial: "on" },
  orange_to_orange: { value: onOff, initial: "off" },
  origin_error_page_pass_thru: { value: onOff, initial: "off" },
  origin_h2_max_streams: { value: z.int().min(1).max(1000), initial: 200 },
  origin_max_http_version: { value: z.enum(["1", "2"]), initial: "2" },
  polish: { value: z.enum(["off", "lossless", "lossy"]), initial: "off" },
  prefetch_preload: { value: onOff, initial: "off" },
  privacy_pass: { value: onOff, initial: "on" },
  proxy_read_timeout: { value: z.int().min(1).max(6000), initial: 100 },
  pseudo_ipv4: { value: z.enum(["off", "add_header", "overwrite_header"]), initial: "off" },
  replace_insecure_js: { value: onOff, initial: "off" },
  response_buffering: { value: onOff, initial: "off" },
  rocket_loader: { value: onOff, initial: "off" },
  security_header: {
    value: z.looseObject({
      strict_transport_security: z.looseObject({
        enabled: z.boolean().optional(),
        max_age: z.int().min(0).optional(),
        include_subdomains: z.boolean().optional(),
        preload: z.boolean().optional(),
        nosniff: z.boolean().optional(),
      }),
    }),
    initial: {
      strict_transport_security: {
        enabled: false,
        max_age: 0,
        include_subdomains: false,
        preload: false,
        nosniff: false,
      },
    },
  },
  security_level: {
    value: z.enum(["off", "essentially_off", "low", "medium", "high", "under_attack"]),
    initial: "medium",
  },
  server_side_exclude: { value: onOff, initial: "on" },
  sha1_support: { value: onOff, initial: "off" },
  sort_query_string_for_cache: { value: onOff, initial: "off" },
  ssl: { value: z.enum(["off", "flexible", "full", "strict", "origin_pull"]), initial: "full" },
  tls_1_2_only: { value: onOff, initial: "off" },
  tls_1_3: { value: z.enum(["on", "off", "zrt"]), initial: "on" },
  tls_client_auth: { value: onOff, initial: "off" },
  transformations: { value: z.enum(["on", "off", "open"]), initial: "off" },
  transformations_allowed_origins: { value: z.string(), initial: "" },
  true_client_ip_header: { value: onOff, initial: "off" },
  waf: { value: onOff, initial: "off" },
  webp: { value: onOff, initial: "off" },
  websockets: { value: onOff, initial: "on" },
};

const settingBody = z.looseObject({ value: z.unknown().optional(), enabled: z.boolean().optional() });
const settingsBody = z.object({ items: z.array(z.looseObject({ id: z.string(), value: z.unknown() })).min(1) });

export const zoneSettingRoutes: Route[] = [
  route("GET", "/zones/:zone/settings", (call) => ok(Object.keys(known).map((id) => shown(call, id)))),
  route("PATCH", "/zones/:zone/settings", async (call) => {
    const { items } = await call.json(settingsBody, 1007);
    return call.store.transaction(() => ok(items.map(({ id, value }) => put(call, id, value))));
  }),
  route("GET", "/zones/:zone/settings/:setting", (call) => {
    checkId(call.parameter("setting"));
    return ok(shown(call, call.parameter("setting")));
  }),
  route("PATCH", "/zones/:zone/settings/:setting", async (call) => {
    const body = await call.json(settingBody, 1007);
    // A few settings are switched by `enabled` rather than by `value`.
    return ok(put(call, call.parameter("setting"), body.value ?? body.enabled));
  }),
];

/** @throws {ApiError} 400/1006 for a setting that does not exist, 400/1007 for a value that it does not take. */
function put(call: Call, id: string, value: unknown): Record<string, unknown> {
  const setting = checkId(id);
  const parsed = setting.value.safeParse(value);
  if (!parsed.success) {
    const expected = parsed.error.issues.map(({ message }) => message).join("; ");
    throw new ApiError(400, 1007, `Invalid value for zone setting ${id}: found ${JSON.stringify(value)}; ${expected}`);
  }
  call.store.put(zoneSettings, { scope: call.zone.id, id, body: { value: parsed.data, modified_on: call.now() } });
  return shown(call, id);
}

function checkId(id: string): { value: z.ZodType; initial: unknown } {
  const setting = Object.hasOwn(known, id) ? known[id] : undefined;
  if (!setting) throw new ApiError(400, 1006, `Unrecognized zone setting name: ${id}`);
  return setting;
}

function shown(call: Call, id: string): Record<string, unknown> {
  const set = call.store.get(zoneSettings, call.zone.id, id)?.body;
  return { id, value: set?.value ?? known[id]?.initial, editable: true, modified_on: set?.modified_on ?? null };
}
