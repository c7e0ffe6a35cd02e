import {
  findingsPage,
  type MetricsWindow,
  metricsPage,
  type ResourceFinding,
  type ServiceUsage,
} from "../../../contracts/ops-metrics.ts";
import { allPages } from "../all-pages.ts";
import type { Plane } from "../plane-client.ts";

/** Services that are asked for at once. */
const limit = 50;

/** What every service did within a window. */
export function servicesOf(plane: Plane, window: MetricsWindow): Promise<ServiceUsage[]> {
  return allPages(plane, "/api/v1/metrics", { window, limit }, metricsPage, ({ services }) => services);
}

/** What of it, and of what accounts have, is worth a change. */
export function findingsOf(plane: Plane): Promise<ResourceFinding[]> {
  return allPages(plane, "/api/v1/findings", { limit }, findingsPage, ({ findings }) => findings);
}
