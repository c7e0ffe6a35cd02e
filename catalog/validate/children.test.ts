import { describe, expect, it } from "vitest";
import { children } from "../children/index.ts";
import { validateChildren } from "./children.ts";

const habit = children.find(({ id }) => id === "habit-tracker");
const court = children.find(({ id }) => id === "traffic-court");
const records = { ...Object(court).records };
/** For each environment. */
const threeTimes = (one: string) => [one, one, one];
const fieldsOf = (...specs: unknown[]) =>
  validateChildren(specs).map(({ file, field }) => `${file.replace("catalog/children/", "")} ${field}`);

describe("validateChildren", () => {
  it("finds nothing wrong with the apps of the catalog", () => expect(validateChildren()).toEqual([]));

  it.each<[what: string, specs: unknown[], found: string[]]>([
    ["no object", [null], ["catalog/children, the app at 0 the app"]],
    ["no id", [{ ...habit, id: undefined }], ["catalog/children, the app at 0 id"]],
    ["no family", [{ ...habit, family: undefined }], ["habit-tracker.ts family"]],
    ["another family's field", [{ ...habit, records }], ["habit-tracker.ts the app"]],
    ["no records", [{ ...court, records: undefined }], ["traffic-court.ts records"]],
    ["quota", [{ ...habit, quota: { ...habit?.quota, cpuMs: 0 } }], ["habit-tracker.ts quota.cpuMs"]],
    ["expiry no date", [{ ...habit, expiresAt: "soon" }], ["habit-tracker.ts expiresAt"]],
    ["expired before it began", [{ ...habit, expiresAt: "2026-10-01T00:00:00Z" }], ["habit-tracker.ts expiresAt"]],
    [
      "a backup beside",
      [{ ...court, records: { ...records, backupLocation: "enam" } }],
      ["traffic-court.ts records.backupLocation"],
    ],
    ["no system's name", [{ ...court, court: { system: "E file" } }], ["traffic-court.ts court.system"]],
    ["two of an id", [habit, { ...habit, host: "other.{domain}" }], ["habit-tracker.ts id"]],
    ["one listed twice", [habit, habit], ["habit-tracker.ts id", ...threeTimes("habit-tracker.ts host")]],
    [
      "the host of a system",
      [court, { ...court, id: "efile-app", host: "efile.{domain}", court: undefined }],
      threeTimes("efile-app.ts host"),
    ],
  ])("names file and field: %s", (_what, specs, found) => {
    expect(fieldsOf(...specs)).toEqual(found);
  });

  it("lets two apps file with one system", () => {
    expect(fieldsOf(court, { ...court, id: "civil-court", host: "civil-court.{domain}" })).toEqual([]);
  });
});
