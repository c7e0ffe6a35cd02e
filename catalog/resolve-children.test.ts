import { describe, expect, it } from "vitest";
import { children } from "./children/index.ts";
import { resolveChildren } from "./resolve-children.ts";
import type { ChildSpec } from "./schema/child.ts";
import { tenantId } from "./schema/tenant.ts";

const [habit, court] = children as [ChildSpec, ChildSpec];

describe("resolveChildren", () => {
  it("gives the apps of a family with their hosts, in the environments that they name", () => {
    expect(resolveChildren("local", "chitty-apps").map(({ hostname }) => hostname)).toEqual([
      "habits.mychitty.localhost",
    ]);
    expect(resolveChildren("prod", "cook-county")).toEqual([]);
  });

  it("names every mistake at once", () => {
    const broken: ChildSpec[] = [
      { ...habit, quota: { ...habit.quota, cpuMs: 0 } },
      { ...habit, title: "" },
      court.family === "cook-county" ? { ...court, records: { ...court.records, backupLocation: "enam" } } : court,
    ];
    let said = "";
    try {
      resolveChildren("local", "chitty-apps", broken);
    } catch (error) {
      said = String(error);
    }
    for (const part of ["quota.cpuMs", "title", "claimed by 2 apps", "records.backupLocation"])
      expect(said).toContain(part);
  });
});

describe("the id of a tenant", () => {
  const problems = (id: string) => tenantId.safeParse(id).error?.issues.map(({ message }) => message) ?? [];

  it.each(["acme", "acme2", "acme-2", "a1", `a${"b".repeat(31)}`])("may be %s", (id) =>
    expect(problems(id)).toEqual([]),
  );

  it.each([
    ["Acme", 'contains "A" (U+0041)'],
    ["\u0430cme", "U+0430"],
    ["ac\u200bme", "U+200B"],
    ["a".repeat(200), "has 200 characters"],
    ["acme-dev", "ends in the name of an environment"],
    ["shared", "reserved"],
    ["ops", "reserved"],
    ["acme--2", "single hyphens"],
    ["2acme", "begins with a letter"],
    ["../acme", 'contains "."'],
  ])("may not be %s", (id, why) => expect(problems(id).join("; ")).toContain(why));
});
