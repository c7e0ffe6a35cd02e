import type { ChildSpec } from "../schema/child.ts";
import { habitTracker } from "./habit-tracker.ts";
import { trafficCourt } from "./traffic-court.ts";

/** Every app of a family that is declared here, one file each, sorted by name. Tenants are recorded one by one instead. */
export const children: readonly ChildSpec[] = [habitTracker, trafficCourt];
