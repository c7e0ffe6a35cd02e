import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import chromium from "@sparticuz/chromium";
import type { AxeResults } from "axe-core";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const widths = { wide: 1280, narrow: 360 } as const;

/** What a page did that is looked at afterwards. */
export interface Watched {
  page: Page;
  /** Violations of the page's security policy, and errors that its script threw. */
  problems: string[];
  /** Addresses that were asked, in order. */
  requests: string[];
}

export async function openBrowser(): Promise<Browser> {
  // Pages in contexts of their own need processes of their own; and what protects pages has to be on, where its effect is tested.
  const unwanted = ["--single-process", "--disable-web-security", "--allow-running-insecure-content"];
  const args = chromium.args.filter((one) => !unwanted.includes(one));
  return puppeteer.launch({ args, executablePath: await chromium.executablePath(), headless: "shell" });
}

/** A page of its own that is signed in with a token, as `chittyops ops` has it done. */
export async function signedInPage(
  browser: Browser,
  url: string,
  token: string,
  options: { width?: number; script?: boolean } = {},
): Promise<Watched> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  await page.setViewport({ width: options.width ?? widths.wide, height: 900 });
  await page.setJavaScriptEnabled(options.script ?? true);
  await page.exposeFunction("refusedByPolicy", (what: string) => problems.push(what));
  await page.evaluateOnNewDocument(() => {
    const scope = globalThis as unknown as {
      refusedByPolicy(what: string): void;
      addEventListener(name: string, listener: (event: Record<string, string>) => void): void;
    };
    scope.addEventListener("securitypolicyviolation", (event) =>
      scope.refusedByPolicy(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}`),
    );
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  const answer = await page.goto(`${url}/session?token=${token}`);
  if (answer?.ok() !== true) throw new Error(`Signing in was answered ${answer?.status()}.`);
  return { page, problems, requests };
}

/** What axe finds wrong with a page as it is shown, in a line each. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations, passes } = (await page.evaluate("axe.run()")) as AxeResults;
  if (passes.length === 0) throw new Error("axe looked at nothing.");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** What loading the page cost: bytes over the network, milliseconds to the first paint, and how much of it jumped (CLS). */
export async function costOf(page: Page): Promise<{ bytes: number; firstPaint: number; layoutShift: number }> {
  return page.evaluate(async () => {
    interface Entry {
      startTime: number;
      transferSize?: number;
      value?: number;
    }
    const { performance, PerformanceObserver, requestAnimationFrame } = globalThis as unknown as {
      performance: { getEntriesByType(type: string): Entry[] };
      PerformanceObserver: new (found: (list: { getEntries(): Entry[] }) => void) => { observe(options: object): void };
      requestAnimationFrame(work: () => void): void;
    };
    const painted = await new Promise<Entry>((done) => {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) done(entry);
      }).observe({ type: "paint", buffered: true });
    });
    // What the script changes at first is on the screen two frames later.
    await new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const shifts: Entry[] = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({
      type: "layout-shift",
      buffered: true,
    });
    await new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return {
      bytes: loaded.reduce((sum, { transferSize = 0 }) => sum + transferSize, 0),
      firstPaint: painted.startTime,
      layoutShift: shifts.reduce((sum, { value = 0 }) => sum + value, 0),
    };
  });
}
