import { expect, it } from "vitest";
import type { IncidentRow, ServiceOverview } from "./dashboard-data.ts";
import { headlineOf } from "./headline.ts";

const overview = (counts: ServiceOverview["counts"], more: Partial<ServiceOverview> = {}): ServiceOverview => ({
  counts,
  families: [],
  services: { rows: [] },
  maintenance: 0,
  ...more,
});
const healthy = { tone: "good", word: "healthy", count: 3 } as const;
const incident = { title: "Down", severity: "minor" } as IncidentRow;

it("says that all is well only if something was seen, and all of it was well", () => {
  expect(headlineOf({ overview: overview([healthy]) })).toEqual({ tone: "good", word: "All systems operational" });
  expect(headlineOf({})).toEqual({ tone: "unknown", word: "Nothing has been seen yet." });
  expect(headlineOf({ overview: overview([healthy, { tone: "unknown", word: "unknown", count: 2 }]) })).toEqual({
    tone: "unknown",
    word: "No trouble is known, but the plane cannot see 2 services of 5.",
  });
  expect(headlineOf({ overview: overview([healthy], { blindSince: "2026-11-26T12:00:00Z" }) }).word).toMatch(/blind/);
});

it("names every kind of trouble, and is grave for grave ones only", () => {
  const down = { tone: "bad", word: "unreachable", count: 1 } as const;
  expect(headlineOf({ overview: overview([healthy, down]) })).toEqual({ tone: "bad", word: "1 service unreachable." });
  expect(headlineOf({ incidents: { rows: [incident], total: 1 } })).toEqual({
    tone: "warning",
    word: "1 open incident: Down.",
  });
  const severe: IncidentRow = { ...incident, severity: "critical" };
  expect(headlineOf({ incidents: { rows: [severe, incident], total: 2 } })).toEqual({
    tone: "bad",
    word: "2 open incidents: Down and 1 other.",
  });
  const late = {
    family: "a",
    version: "1",
    state: { tone: "warning", word: "overdue" },
    overdue: true,
    count: 1,
  } as const;
  expect(headlineOf({ children: [late] })).toEqual({ tone: "warning", word: "1 child overdue." });
});

it("says of services in maintenance that their trouble is expected", () => {
  const word = headlineOf({ overview: overview([healthy], { maintenance: 1 }) }).word;
  expect(word).toBe("All systems operational. 1 service in maintenance, where trouble is expected.");
});
