import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { sampleRecord, sampleReview, sampleRule, sampleWaiver, urnOf } from "../testing/sample-review.ts";
import { reportPage } from "./report-page.ts";

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`;

/** The elements of the page with their attributes, in order. The page's own markup has no ">" within an attribute: it is escaped. */
const tagsOf = (page: string): string[] => page.match(/<[a-z][^>]*>/g) ?? [];

describe("the report", () => {
  it("begins with one sentence that says whether it is compliant", async () => {
    const good = await reportPage(sampleReview(), undefined);
    expect(good).toMatch(/<p class="verdict yes">Compliant with the rules of this repository: /);
    const rule = sampleRule("rule-one");
    const bad = await reportPage(sampleReview({ rules: [rule], records: [sampleRecord(rule, "fail")] }), undefined);
    expect(bad).toMatch(/<p class="verdict no">Not compliant: /);
    expect(bad.indexOf('class="verdict')).toBeLessThan(bad.indexOf("<nav"));
  });

  it("shows hostile names as text, wherever they come from", async () => {
    const rule = sampleRule(`rule ${hostile}`, {
      title: hostile,
      pack: hostile,
      remedy: hostile,
      cannotSee: hostile,
      controls: [{ framework: "CJIS 5.9.5", id: hostile, support: "weak" }],
    });
    const resource = { urn: urnOf(hostile, hostile), type: hostile, name: hostile };
    const review = sampleReview({
      id: hostile,
      project: hostile,
      stack: hostile,
      commit: hostile,
      version: hostile,
      configDigest: hostile,
      packs: [{ name: hostile, version: hostile, digest: hostile }],
      previous: { id: hostile, at: hostile, commit: hostile, sha256: hostile },
      waiverProblems: [hostile],
      waivers: [
        sampleWaiver({ policy: hostile, urn: hostile, reason: hostile, file: hostile, problems: [hostile, hostile] }),
      ],
      rules: [rule],
      records: [sampleRecord(rule, "fail", { resource, message: hostile }), sampleRecord(rule, "pass", { resource })],
    });
    const page = await reportPage(review, sampleReview({ records: [] }));
    const harmless = await reportPage(sampleReview(), undefined);
    const named = (wanted: RegExp) => (text: string) => tagsOf(text).filter((tag) => wanted.test(tag));
    expect(named(/^<script/)(page)).toEqual(named(/^<script/)(harmless));
    expect(named(/^<(img|svg|iframe|object|embed|link|base)/)(page)).toEqual([]);
    const attributes = tagsOf(page).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
    expect(attributes.filter((tag) => /\son\w+=/.test(tag))).toEqual([]);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    // What was escaped is not escaped again: the text is what it was.
    expect(page).toContain("&amp;amp;");
  });

  it("lets nothing run or load but its own script and style, known by their hashes", async () => {
    const page = await reportPage(sampleReview(), undefined);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#39;", "'") ?? "";
    const hash = (tag: string) => {
      const content = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? "";
      return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    };
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash("script")}`,
      `style-src ${hash("style")}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(tagsOf(page).filter((tag) => /\s(src|href|style)="(?!#)/.test(tag))).toEqual([]);
    // Before anything that it is about.
    expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<style"));
  });

  it("can be read without a mouse, by a screen reader, in the dark and on paper", async () => {
    const page = await reportPage(sampleReview({ waivers: [sampleWaiver()] }), undefined);
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('<a class="skip" href="#main">');
    const tables = page.match(/<table>[\s\S]*?<\/table>/g) ?? [];
    expect(tables.length).toBeGreaterThan(4);
    for (const table of tables) {
      expect(table).toMatch(/<caption>[^<]+<\/caption>/);
      expect(table).toContain('<th scope="col"');
      expect(table).toContain('<th scope="row"');
    }
    // Each link within the page leads somewhere, and each id is there once.
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
    expect(page).toContain('<output aria-live="polite">');
    expect(page).toContain("color-scheme: light dark");
    expect(page).toContain("@media print");
  });

  it("says what cannot be checked, and that CJIS 6.0 could not be read", async () => {
    const page = await reportPage(sampleReview(), undefined);
    expect(limits.length).toBeGreaterThan(9);
    for (const { what } of limits) expect(page).toContain(`<dt>${what}</dt>`);
    expect(page).toContain("Version 6.0 (2024-12-27) could not be read");
  });

  it("counts the days that waivers have left from the day of the review", async () => {
    const waivers = [
      sampleWaiver({ expiresOn: "2026-12-26" }),
      sampleWaiver({ expiresOn: "2026-11-27" }),
      sampleWaiver({ expiresOn: "2026-11-20", problems: ["it expired"] }),
    ];
    const page = await reportPage(sampleReview({ waivers }), undefined);
    expect(page).toContain("<strong>30 days</strong>, until 2026-12-26");
    expect(page).toContain("<strong>1 day</strong>, until 2026-11-27");
    expect(page).toContain("expired 6 days ago");
    expect(page.indexOf("2026-11-20")).toBeLessThan(page.indexOf("2026-12-26"));
  });

  it("sums up by control and framework, and never calls a control met", async () => {
    const rules = [
      sampleRule("rule-one"),
      sampleRule("rule-two", { controls: [{ framework: "NIST SP 800-53 r5", id: "SC-8(1)", support: "weak" }] }),
    ];
    const page = await reportPage(
      sampleReview({ rules, records: rules.map((rule) => sampleRecord(rule, "pass")) }),
      undefined,
    );
    expect(page.match(/<th scope="row">SC-28\(1\)<\/th>/g)).toHaveLength(2);
    // SC-8 before SC-28.
    expect(page.indexOf(">SC-8(1)<")).toBeLessThan(page.lastIndexOf(">SC-28(1)<"));
    expect(page).not.toMatch(/satisf/i);
  });
});
