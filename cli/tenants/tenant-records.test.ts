import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assignOrganization, forecastOrganizations } from "./assign-organization.ts";
import { TenantRecords } from "./tenant-records.ts";
import { requireHostname, tenantSpec } from "./tenant-spec.ts";

let folder: string;
let records: TenantRecords;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenants-"));
  records = new TenantRecords("local", folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const now = new Date("2026-11-26T12:00:00Z");
const spec = (id: string, options: Record<string, unknown> = {}) => tenantSpec(id, "local", options, now);
const add = (id: string, options: Record<string, unknown> = {}) => records.add(spec(id, options), () => undefined);
const said = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && "details" in error ? `${error.message} ${String(error.details)}` : String(error);
};

describe("TenantRecords", () => {
  it("takes a tenant whose id begins like another's", async () => {
    await add("acme");
    await add("acme2");
    await add("acme-2");
    expect(records.all().map(({ id }) => id)).toEqual(["acme", "acme-2", "acme2"]);
    expect(new Set(records.all().map(({ hostname }) => hostname)).size).toBe(3);
  });

  it("gives a hostname to one of two that ask at once", async () => {
    const hostname = "portal.digital-dossier.localhost";
    const outcomes = await Promise.all([said(add("acme", { hostname })), said(add("other", { hostname }))]);
    expect(outcomes.filter((outcome) => outcome === "undefined")).toHaveLength(1);
    expect(outcomes.join()).toContain(`hostname: ${hostname} is the tenant`);
    expect(records.all()).toHaveLength(1);
  });

  it.each(["Acme", "\u0430cme", "a".repeat(200), "../acme"])("writes nothing for the id %s", async (id) => {
    expect(await said(add(id))).toContain("id: ");
    expect(readdirSync(folder).filter((file) => file.endsWith(".json"))).toEqual([]);
    expect(records.find(id)).toBeUndefined();
  });

  it("never gives the id of a removed tenant again, and gives its hostname", async () => {
    await add("acme");
    await records.change("acme", { status: "deprovisioned" });
    expect(await said(add("acme"))).toContain("id: acme is deprovisioned");
    await add("other", { hostname: "acme.digital-dossier.localhost" });
    expect(() => records.existing("acme")).toThrow("was removed");
  });

  it("refuses colours that cannot be read, with the ratio", async () => {
    const branding = {
      name: "Acme",
      colours: { text: "#777777", background: "#888888", accent: "#000000", onAccent: "#ffffff" },
    };
    expect(await said(records.add({ ...Object(spec("acme")), branding }, () => undefined))).toContain("a contrast of");
  });

  it("refuses a hostname that no known zone has", () => {
    expect(() => requireHostname({ hostname: "portal.acme.example" }, "prod")).toThrow("in no zone that is known");
    requireHostname({ hostname: "portal.acme.example", zoneId: "a".repeat(32) }, "prod");
    requireHostname({ hostname: "acme.digital-dossier.com" }, "prod");
  });
});

describe("assignOrganization", () => {
  const organizations = [
    { id: "org-a", projects: 2 },
    { id: "org-b", projects: 2 },
  ];

  it("fills one organization after the other, keeps assignments, and says when all are full", async () => {
    for (const id of ["t1", "t2", "t3", "t4"])
      await records.add(spec(id), (all) => assignOrganization(organizations, all));
    expect(records.all().map(({ neonOrganization }) => neonOrganization)).toEqual(["org-a", "org-a", "org-b", "org-b"]);
    const fifth = said(records.add(spec("t5"), (all) => assignOrganization(organizations, all)));
    expect(await fifth).toContain("org-a: 2 of 2");
    await records.change("t1", { status: "deprovisioned" });
    await records.add(spec("t5"), (all) => assignOrganization(organizations, all));
    expect(records.find("t5")?.neonOrganization).toBe("org-a");
  });

  it("forecasts when the next organization is needed", async () => {
    for (const id of ["t1", "t2"]) await records.add(spec(id), (all) => assignOrganization(organizations, all));
    // Two came in 90 days and there is room for two.
    expect(forecastOrganizations(organizations, records.all(), now.getTime())).toMatchObject({
      free: 2,
      neededOn: new Date(now.getTime() + 90 * 24 * 3600 * 1000).toISOString(),
    });
    expect(forecastOrganizations(organizations, [], now.getTime())).not.toHaveProperty("neededOn");
  });
});
