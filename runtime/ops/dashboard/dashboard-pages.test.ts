import type { Browser } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DashboardData } from "./dashboard-data.ts";
import {
  accessibilityProblems,
  costOf,
  openBrowser,
  signedInPage,
  type Watched,
  widths,
} from "./testing/dashboard-browser.ts";
import { sampleData, sampleNow } from "./testing/sample-data.ts";
import { type ServedDashboard, serveDashboard, signIn } from "./testing/serve-dashboard.ts";

const hostile = `"'></title><script>ran=1</script><img src=x onerror=ran=1><svg onload=ran=1>\u202e&lt;`;
const pathsOf = (text: string) => [
  "/",
  `/services/${encodeURIComponent(`${text} service 1`)}`,
  "/incidents",
  "/incidents/inc-7",
  "/children",
  "/events",
  "/audit",
  "/cost",
];

let browser: Browser;
let served: ServedDashboard;
let token: string;
let data: DashboardData;
const opened: Watched[] = [];

beforeAll(async () => {
  const access = await signIn("operator@chitty.cc", sampleNow);
  token = access.token;
  served = await serveDashboard(access.variables, () => data, sampleNow);
  browser = await openBrowser();
}, 60_000);
afterEach(async () => {
  for (const { page } of opened.splice(0)) await page.browserContext().close();
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

async function open(path: string, options: Parameters<typeof signedInPage>[3] = {}): Promise<Watched> {
  const watched = await signedInPage(browser, served.url, token, options);
  opened.push(watched);
  await watched.page.goto(served.url + path);
  return watched;
}

describe("every page", () => {
  for (const scheme of ["light", "dark"] as const) {
    for (const [name, width] of Object.entries(widths)) {
      it(`has no violation that axe finds, and nothing beside the screen: ${scheme}, ${name}`, async () => {
        data = sampleData("chittyfinance");
        const { page, problems } = await open("/", { width });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        for (const path of pathsOf("chittyfinance")) {
          const answer = await page.goto(served.url + path);
          const beside = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect([path, answer?.status(), beside]).toEqual([path, 200, 0]);
          expect(await accessibilityProblems(page), path).toEqual([]);
        }
        expect(problems).toEqual([]);
      });
    }
  }

  it("shows names and messages as they were written, and runs nothing of them", async () => {
    data = sampleData(hostile);
    const { page, problems, requests } = await open("/");
    for (const path of pathsOf(hostile)) {
      expect((await page.goto(served.url + path))?.status()).toBe(200);
      const found = await page.evaluate(`({
        ran: typeof ran,
        elements: document.querySelectorAll("body script, img, [onload], [onerror], a[href^='javascript:' i]").length,
        shown: document.body.textContent.includes("<script>ran=1</script>"),
      })`);
      expect([path, found]).toEqual([path, { ran: "undefined", elements: 0, shown: true }]);
    }
    expect(problems).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(served.url))).toEqual([]);
  });

  it("has under 200 kB with 10,000 children, and nothing jumps while it loads", async () => {
    data = sampleData("chittyfinance");
    const { page } = await open("/");
    await page.setCacheEnabled(false);
    for (const path of pathsOf("chittyfinance")) {
      await page.goto(served.url + path);
      const { bytes, layoutShift } = await costOf(page);
      expect([path, layoutShift]).toEqual([path, 0]);
      expect(bytes, path).toBeGreaterThan(1_000);
      expect(bytes, path).toBeLessThan(200_000);
    }
  });
});

describe("the fleet", () => {
  it("begins with one sentence: what is wrong, the worst first", async () => {
    data = sampleData("chittyfinance");
    const { page } = await open("/");
    const said = await page.$eval("[role=status].headline", ({ textContent }) => textContent?.trim());
    expect(said).toBe(
      "7 open incidents: chittyfinance 0 and 6 others; 1 service unreachable; 1 service flapping; 5 children overdue.",
    );
    const order = await page.$$eval("main > section", (parts) => parts.map(({ id }) => id));
    expect(order).toEqual(["incidents", "rollouts", "services", "children"]);
  });

  it("says nothing of parts that the plane does not have", async () => {
    const { audit } = sampleData("chittyfinance");
    data = audit === undefined ? {} : { audit };
    const { page } = await open("/");
    expect(await page.$$eval("header nav a", (links) => links.map(({ textContent }) => textContent))).toEqual([
      "Fleet",
      "Audit",
    ]);
    expect(await page.$eval("main", ({ textContent }) => textContent)).not.toMatch(/operational|incident:|children,/);
    expect((await page.goto(`${served.url}/incidents`))?.status()).toBe(404);
  });

  it("is filtered by a click on a count", async () => {
    data = sampleData("chittyfinance");
    const { page } = await open("/", { script: false });
    await Promise.all([page.waitForNavigation(), page.click(".counts a[href='/?state=flapping']")]);
    expect(
      await page.$$eval(".services li", (rows) => rows.map((row) => row.textContent?.trim().split("\n")[0])),
    ).toEqual([expect.stringContaining("chittyfinance service 2")]);
  });

  it("can be walked through with the keyboard, seen all the way", async () => {
    data = sampleData("chittyfinance");
    const { page } = await open("/");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    const all = await page.$$eval("a, button, summary, [tabindex='0']", (elements) => elements.length);
    const walked: boolean[] = [];
    for (let step = 1; step < all; step++) {
      await page.keyboard.press("Tab");
      walked.push(
        (await page.evaluate(
          "document.activeElement !== document.body && getComputedStyle(document.activeElement).outlineStyle !== 'none'",
        )) as boolean,
      );
    }
    expect(walked).toEqual(Array.from({ length: all - 1 }, () => true));
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('a, button, summary, [tabindex=\"0\"]')].at(-1) === document.activeElement",
      ),
    ).toBe(true);
  });
});

describe("a page that is open", () => {
  it("shows what changes without losing the place, says so once, and can be paused", async () => {
    data = sampleData("chittyfinance");
    const { page, problems, requests } = await open("/");
    await page.waitForFunction("document.querySelector('#live').textContent === 'Live'");
    await page.focus("a[href='/services/chittyfinance%20service%2028']");
    await page.evaluate("kept = document.querySelector('#headline')");
    data = sampleData("chittyfinance", 29);
    await page.waitForFunction("document.querySelector('#services').textContent.includes('All 29')");
    data = {
      ...data,
      incidents: { ...sampleData("chittyfinance").incidents, open: async () => ({ rows: [], total: 0 }) } as never,
    };
    await page.waitForFunction("!document.querySelector('#incidents')");
    expect(
      await page.evaluate(
        "[document.activeElement.textContent, document.querySelector('#headline') === kept, document.title.startsWith('1 service unreachable')]",
      ),
    ).toEqual(["chittyfinance service 28", true, true]);

    await page.click("#pause");
    await page.waitForFunction("document.querySelector('#live').textContent === 'Paused'");
    const before = requests.length;
    data = sampleData("chittyfinance", 28);
    expect(await page.$eval("#services", ({ textContent }) => textContent?.includes("All 29"))).toBe(true);
    expect(requests.length).toBe(before);
    await page.click("#pause");
    await page.waitForFunction("document.querySelector('#services').textContent.includes('All 28')");
    expect(problems).toEqual([]);
  });
});

describe("a list", () => {
  it("comes in pages from the server, and is searched there", async () => {
    data = sampleData("chittyfinance");
    const { page } = await open("/children", { script: false });
    const rows = () => page.$$eval("#list tbody tr", (all) => all.map((row) => row.querySelector("th")?.textContent));
    expect((await rows()).length).toBe(50);
    await Promise.all([page.waitForNavigation(), page.click("a[rel=next]")]);
    expect((await rows())[0]).toBe("chittyfinance 50");
    await page.type("input[name=q]", "chittyfinance 11");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    expect(await rows()).toEqual([
      "chittyfinance 11",
      ...Array.from({ length: 10 }, (_, at) => `chittyfinance ${110 + at}`),
    ]);
  });
});
