import { createHash } from "node:crypto";
import { type NeonProjectRecord, neonHours, neonProjects } from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import { after, type NeonCall, type NeonHandler, ok } from "./call.ts";
import { NeonError, notFound } from "./neon-error.ts";

type Granularity = "hourly" | "daily" | "monthly";

const dayMs = 86_400_000;
/** How far back each granularity reaches. */
const reach: Readonly<Record<Granularity, number>> = { hourly: 7 * dayMs, daily: 60 * dayMs, monthly: 366 * dayMs };

/** The only metric that the embedded cloud measures; of the others it says nothing. */
const measured = "compute_unit_seconds";

function getConsumptionHistoryPerProjectV2(call: NeonCall) {
  const { services, organization } = call;
  const { store, clock, usage } = services;
  if (call.text("org_id") !== organization.id) throw notFound("organization");
  if (organization.plan === "free") throw new NeonError(403, "consumption history is not available on the free plan");
  usage.meter();
  const granularity = call.text("granularity") as Granularity;
  const from = floor(Date.parse(call.text("from") ?? ""), granularity);
  const to = Date.parse(call.text("to") ?? "");
  if (!(from <= to) || from < floor(clock.now() - reach[granularity], granularity))
    throw new NeonError(406, `the range is not valid for granularity ${granularity}`);
  const isAsked = call.list("metrics")?.includes(measured) ?? false;
  const ids = call.list("project_ids");
  const projects = store
    .list(neonProjects, organization.id)
    .reverse()
    .filter(({ id }) => ids === undefined || ids.includes(id));
  const page = after(projects, call.text("cursor")).slice(0, call.number("limit") ?? 10);
  const last = page.at(-1);
  return ok({
    projects: page.map((project) => ({
      project_id: project.id,
      periods: [
        {
          period_id: uuidOf(project.id),
          period_plan: organization.plan,
          period_start: project.createdAt,
          consumption: isAsked ? frames(store, project, granularity, from, to) : [],
        },
      ],
    })),
    ...(last ? { pagination: { cursor: last.id } } : {}),
  });
}

function frames(store: Store, { id }: NeonProjectRecord, granularity: Granularity, from: number, to: number): object[] {
  const hours = store
    .list(neonHours, id)
    .map(({ hour, computeUnitSeconds }) => ({ time: Date.parse(hour), computeUnitSeconds }))
    .filter(({ time }) => time >= from && time <= to);
  return [...Map.groupBy(hours, ({ time }) => floor(time, granularity))]
    .sort(([a], [b]) => a - b)
    .map(([start, within]) => ({
      timeframe_start: new Date(start).toISOString(),
      timeframe_end: new Date(next(start, granularity)).toISOString(),
      metrics: [
        {
          metric_name: measured,
          value: Math.round(within.reduce((sum, { computeUnitSeconds }) => sum + computeUnitSeconds, 0)),
        },
      ],
    }));
}

function floor(time: number, granularity: Granularity): number {
  if (granularity === "hourly") return Math.floor(time / 3_600_000) * 3_600_000;
  if (granularity === "daily") return Math.floor(time / dayMs) * dayMs;
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function next(start: number, granularity: Granularity): number {
  if (granularity === "hourly") return start + 3_600_000;
  if (granularity === "daily") return start + dayMs;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** A stable id in the form of a UUID. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const consumptionHandlers: Record<string, NeonHandler> = { getConsumptionHistoryPerProjectV2 };
