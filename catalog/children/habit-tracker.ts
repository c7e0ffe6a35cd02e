import type { ChildSpec } from "../schema/child.ts";

/** A living example of a consumer app. */
export const habitTracker: ChildSpec = {
  family: "chitty-apps",
  id: "habit-tracker",
  title: "Habit tracker",
  owner: "chitty-apps",
  dataClass: "personal",
  host: "habits.{domain}",
  labels: { example: "yes" },
  environments: ["local", "dev"],
  createdAt: "2026-11-01T00:00:00Z",
  quota: { requestsPerDay: 20_000, requestsPerMinute: 120, cpuMs: 50 },
  budget: { unitsPerDay: 50_000 },
};
