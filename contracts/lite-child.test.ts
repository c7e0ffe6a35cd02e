import { describe, expect, it } from "vitest";
import { branding } from "./branding.ts";
import { contrastRatio } from "./contrast.ts";
import { liteChild } from "./lite-child.ts";

const colours = { text: "#1b1b1b", background: "#ffffff", accent: "#0b5394", onAccent: "#ffffff" };
const good = { name: "Doyle & Partners", colours, domain: "portal.doyle.example" };
const issuesOf = (input: unknown) =>
  branding.safeParse(input).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("contrast", () => {
  it("is what WCAG's own examples say", () => {
    expect(contrastRatio("#000000", "#ffffff")).toBe(21);
    expect(contrastRatio("#ffffff", "#ffffff")).toBe(1);
    // The two greys on white on either side of the limit of 4.5.
    expect(contrastRatio("#767676", "#FFFFFF")).toBeCloseTo(4.54, 2);
    expect(contrastRatio("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrastRatio("#ff0000", "#ffffff")).toBeCloseTo(4.0, 2);
    expect(contrastRatio("red", "#ffffff")).toBeUndefined();
  });
});

describe("a branding", () => {
  it("is taken when every pair can be read", () => {
    expect(issuesOf(good)).toEqual([]);
    expect(issuesOf({ ...good, logo: "https://doyle.example/logo.svg" })).toEqual([]);
    expect(issuesOf({ ...good, logo: "data:image/png;base64,iVBORw0KGgo=" })).toEqual([]);
  });

  it("is refused with the ratio of each pair that cannot", () => {
    expect(issuesOf({ ...good, colours: { ...colours, text: "#777777", onAccent: "#336699" } })).toEqual([
      expect.stringMatching(/^colours\.text: #777777 on background #ffffff has a contrast of 4\.47 : 1; at least 4\.5/),
      expect.stringMatching(/^colours\.onAccent: .*accent #0b5394/),
    ]);
  });

  it("is refused with colours, logos and domains that could carry something else", () => {
    for (const wrong of [
      { name: " " },
      { name: "x".repeat(81) },
      { colours: { ...colours, text: "red;}body{display:none" } },
      { logo: "javascript:alert(1)" },
      { logo: "http://doyle.example/logo.png" },
      { logo: "data:image/svg+xml;base64,PHN2Zz4=" },
      { domain: "https://doyle.example" },
      { domain: "portal.doyle.example/x" },
      { domain: "Portal.Doyle.example" },
    ]) {
      expect([wrong, issuesOf({ ...good, ...wrong }).length]).toEqual([wrong, 1]);
    }
  });
});

describe("the configuration of a child", () => {
  const shared = {
    version: 1,
    child: "notes",
    title: "Notes",
    environment: "local",
    url: "https://notes.mychitty.com",
    createdAt: "2026-11-01T00:00:00Z",
    quota: { requestsPerDay: 10 },
    parent: { stack: "chittyops-contract/local", configVersion: "1", keyEpoch: 1 },
  };

  it("has defaults for what may be left out", () => {
    expect(liteChild.parse({ ...shared, family: "chitty-apps", budget: { unitsPerDay: 5 } })).toMatchObject({
      state: "active",
      quota: { documentBytes: 50 * 2 ** 20 },
      budget: { degradeAt: 0.8, pauseAt: 1 },
    });
  });

  it("names everything that is wrong at once", () => {
    const wrong = {
      ...shared,
      child: "Nótes",
      quota: { requestsPerDay: 0 },
      expiresAt: "tomorrow",
      family: "chitty-apps",
    };
    const found = liteChild.safeParse({ ...wrong, budget: { unitsPerDay: 5, degradeAt: 0.9, pauseAt: 0.5 } });
    expect(found.error?.issues.map(({ path }) => path.join("."))).toEqual(
      expect.arrayContaining(["child", "quota.requestsPerDay", "expiresAt", "budget"]),
    );
  });

  it("asks a court app for an assurance level and for methods of a second factor", () => {
    const access = {
      issuer: "https://county.cloudflareaccess.com",
      audience: "a",
      administrators: ["clerk@county.test"],
    };
    const court = { ...shared, family: "cook-county", tenant: "circuit-court", keyVersion: 1 };
    for (const wrong of [access, { ...access, assurance: [] }, { ...access, assurance: ["x"], mfaMethods: [] }]) {
      expect(liteChild.safeParse({ ...court, access: wrong }).success).toBe(false);
    }
    expect(liteChild.safeParse({ ...court, access: { ...access, assurance: ["x"] } }).success).toBe(true);
  });
});
