import type { Page } from "puppeteer-core";
import { costOf, openBrowser, signedInPage } from "../runtime/ops/dashboard/testing/dashboard-browser.ts";
import { serviceRecord } from "../runtime/ops/dashboard/testing/service-record.ts";
import { operatorToken, people, workerdPlane } from "../runtime/ops/testing/workerd-plane.ts";
import { type Benchmark, median, seconds } from "./report.ts";

/** `CHITTYOPS_BENCH_CHILDREN=1000` for a quick look. */
const children = Number(process.env.CHITTYOPS_BENCH_CHILDREN ?? 10_000);
const services = 40;
const rounds = 5;
const paths = ["/", "/services/service-1", "/children", "/children?q=child-09", "/incidents", "/audit"];

/** What it costs to look at the dashboard of a large fleet. */
export const dashboard: Benchmark = {
  name: "dashboard",
  run: async (progress) => {
    const plane = await workerdPlane({ edge: true });
    const browser = await openBrowser();
    try {
      await plane.enrol(
        Array.from({ length: children }, (_, at) => ({
          family: at % 2 === 0 ? "chittyos" : "cook-county",
          child: `child-${String(at).padStart(5, "0")}`,
          version: `1.${at % 8}.0`,
          status: at % 50 === 0 ? ("degraded" as const) : ("ok" as const),
        })),
      );
      for (let at = 0; at < services; at++) await plane.register(serviceRecord(`service-${at}`));
      await plane.round(Date.now());
      for (let at = 0; at < 60; at++) {
        const body = { title: `Incident ${at}`, severity: "minor", family: "chittyos", subject: `service-${at}` };
        await plane.request("/api/v1/incidents", { as: people.operator, body });
      }
      const { page } = await signedInPage(browser, plane.url, await operatorToken(people.admin));
      const counted = await page.$eval("main", ({ textContent }) => textContent?.includes("children, none overdue"));
      if (counted !== true) throw new Error("The dashboard does not show the children that were enrolled.");
      await page.setCacheEnabled(false);
      const rows = [];
      for (const path of paths) {
        const { firstPaint, bytes, layoutShift } = await measured(page, plane.url + path);
        progress(`${path}: ${seconds(firstPaint)}`);
        rows.push(
          { what: `\`${path}\`, first paint`, value: seconds(firstPaint), aim: "under 1 s", met: firstPaint < 1_000 },
          {
            what: `\`${path}\`, transferred`,
            value: `${(bytes / 1_000).toFixed(1)} kB`,
            aim: "under 200 kB",
            met: bytes < 200_000,
          },
          { what: `\`${path}\`, layout shift`, value: layoutShift.toFixed(3), aim: "0", met: layoutShift === 0 },
        );
      }
      return {
        title: `The dashboard with ${children.toLocaleString("en-US")} children and ${services} services`,
        how: `The plane in workerd on loopback, Chromium without a cache, medians of ${rounds}; compressed on the way (gzip), style and script included.`,
        rows,
      };
    } finally {
      await browser.close();
      await plane.dispose();
    }
  },
};

async function measured(page: Page, url: string): Promise<Awaited<ReturnType<typeof costOf>>> {
  const all: Awaited<ReturnType<typeof costOf>>[] = [];
  for (let round = 0; round < rounds; round++) {
    await page.goto(url);
    all.push(await costOf(page));
  }
  return {
    firstPaint: median(all.map(({ firstPaint }) => firstPaint)),
    bytes: median(all.map(({ bytes }) => bytes)),
    layoutShift: Math.max(...all.map(({ layoutShift }) => layoutShift)),
  };
}
