import { z } from "zod";
import { type ResourceRecord, resources } from "../../store/records/resources.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { crudRoutes } from "../crud.ts";
import type { Route } from "../route.ts";

const logpushJobs = resources("logpush-job");
const zoneDatasets = [
  "dns_logs",
  "firewall_events",
  "http_requests",
  "nel_reports",
  "page_shield_events",
  "spectrum_events",
];
const accountDatasets = [
  "access_requests",
  "audit_logs",
  "audit_logs_v2",
  "biso_user_actions",
  "casb_findings",
  "device_posture_results",
  "dex_application_tests",
  "dex_device_state_events",
  "dlp_forensic_copies",
  "dns_firewall_logs",
  "email_security_alerts",
  "gateway_dns",
  "gateway_http",
  "gateway_network",
  "ipsec_logs",
  "magic_ids_detections",
  "mcp_portal_logs",
  "network_analytics_logs",
  "sinkhole_http_logs",
  "ssh_logs",
  "warp_config_changes",
  "warp_toggle_changes",
  "workers_trace_events",
  "zaraz_events",
  "zero_trust_network_sessions",
];

/** An update may leave out what a job keeps, so nothing is required and nothing has a default here. */
const jobBody = z.looseObject({
  destination_conf: z
    .string()
    .regex(/^[a-z0-9+.-]+:\/\/.+/i, "expected a destination such as r2://bucket/path or https://host/path")
    .max(4096)
    .optional(),
  dataset: z.string().optional(),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9.-]*$/, "expected letters, digits, dots and dashes")
    .max(512)
    .nullish(),
  enabled: z.boolean().optional(),
  frequency: z.enum(["high", "low"]).nullish(),
  // 0 stands for the default.
  max_upload_bytes: z.int().min(0).nullish(),
  max_upload_interval_seconds: z.int().min(0).max(300).nullish(),
  max_upload_records: z.int().min(0).nullish(),
});
const defaults = {
  dataset: "http_requests",
  enabled: false,
  frequency: "high",
  kind: "",
  logpull_options: "",
  filter: "",
};

/** Jobs that push logs somewhere; kept, and never run. Ids are numbers. */
export const logpushRoutes: Route[] = ["/accounts/:account/logpush/jobs", "/zones/:zone/logpush/jobs"].flatMap((base) =>
  crudRoutes({
    base,
    collection: logpushJobs,
    scope: scopeOf,
    body: jobBody,
    codes: { invalid: 1002, notFound: 1004 },
    id: nextId,
    stamps: ["created_at", "updated_at"],
    prepare(call, sent, before) {
      const body: Record<string, unknown> = { ...defaults, ...kept(before), ...sent };
      checkDataset(call, body, before);
      return { ...body, last_complete: null, last_error: null, error_message: null };
    },
    show: (_, { id, body }) => ({ ...body, id: Number(id) }),
  }),
);

function scopeOf(call: Call): string {
  return call.optionalParameter("zone") === undefined ? call.accountId : call.zone.id;
}

function nextId(call: Call): string {
  const highest = Math.max(0, ...call.store.list(logpushJobs).map(({ id }) => Number(id)));
  return String(highest + 1);
}

function kept(before: ResourceRecord | undefined): Record<string, unknown> {
  const { id: _id, created_at: _created, updated_at: _updated, ...fields } = before?.body ?? {};
  return fields;
}

/** @throws {ApiError} 400/1002 for a dataset that there is not, a destination that is missing, or a dataset other than before. */
function checkDataset(call: Call, body: Record<string, unknown>, before: ResourceRecord | undefined): void {
  if (typeof body.destination_conf !== "string")
    throw new ApiError(400, 1002, "destination_conf: expected a destination");
  if (before && body.dataset !== before.body.dataset) {
    throw new ApiError(
      400,
      1002,
      `dataset: found ${String(body.dataset)}; a job keeps its dataset (${String(before.body.dataset)}).`,
    );
  }
  const datasets = call.optionalParameter("zone") === undefined ? accountDatasets : zoneDatasets;
  if (!datasets.includes(String(body.dataset))) {
    throw new ApiError(400, 1002, `dataset: found ${String(body.dataset)}; expected one of ${datasets.join(", ")}.`);
  }
}
