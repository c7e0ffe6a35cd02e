import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { operatorToken, people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";
import { accessibilityProblems, costOf, openBrowser, signedInPage } from "./testing/dashboard-browser.ts";
import { serviceRecord } from "./testing/service-record.ts";

const minute = 60_000;
const hostile = "<script>ran=1</script><img src=x onerror=ran=1>";

let plane: WorkerdPlane;
let browser: Browser;
/** Of the crons; they are late, as after an advance of the clock. */
let now = Date.now() - 6 * minute;

beforeAll(async () => {
  [plane, browser] = await Promise.all([workerdPlane({ edge: true }), openBrowser()]);
  await plane.register(serviceRecord("finance", { dependencies: [{ kind: "service", name: "auth" }] }));
  await plane.register(serviceRecord("auth", { description: hostile }));
  await plane.register(serviceRecord("ledger", { host: "dead-ledger" }));
  await plane.register(serviceRecord("docket", { family: "cook-county" }));
  for (let pass = 0; pass < 5; pass++) {
    await plane.round(now);
    now += minute;
  }
}, 90_000);
afterAll(async () => {
  await Promise.all([browser?.close(), plane?.dispose()]);
});

const text = async (path: string, as: string = people.admin) => (await plane.request(path, { as })).text();

it("says which service is down before anything else, and lists all by family with ninety days", async () => {
  const { page, problems } = await signedInPage(browser, plane.url, await operatorToken(people.viewer));
  expect(await page.$eval("#headline", ({ textContent }) => textContent)).toMatch(
    /open incident: ledger .*; 1 service un/,
  );
  const rows = await page.$$eval("ul.services li", (all) =>
    all.map((row) => row.textContent?.replace(/\s+/g, " ").trim()),
  );
  expect(rows.find((row) => row?.startsWith("ledger"))).toMatch(/unhealthy|unreachable/);
  expect(rows.find((row) => row?.startsWith("finance"))).toMatch(/healthy.*100 %/);
  expect(await page.$eval("#services .days", (bars) => bars.getAttribute("aria-label"))).toMatch(
    /^90 days, up .*1 day /,
  );
  expect(await page.$eval("#age", ({ textContent }) => textContent)).toMatch(/Health as of 20\d\d-.* old\./);
  expect(await accessibilityProblems(page)).toEqual([]);
  await Promise.all([page.waitForNavigation(), page.click(".counts a[href*='state=un']")]);
  expect(await page.$$eval("ul.services a", (all) => all.map(({ textContent }) => textContent))).toEqual(["ledger"]);
  expect(problems).toEqual([]);
  await page.browserContext().close();
});

it("shows a service with its latency, its days, its bindings and its incidents", async () => {
  const { page, problems } = await signedInPage(browser, plane.url, await operatorToken(people.admin));
  for (const [name, health] of [
    ["finance", "healthy"],
    ["auth", "healthy"],
    ["ledger", "un"],
  ] as const) {
    await page.goto(`${plane.url}/services/${name}`);
    expect(await page.$eval("#headline", ({ textContent }) => textContent)).toContain(`${name} is ${health}`);
    expect(await accessibilityProblems(page), name).toEqual([]);
  }
  expect(await page.$eval("#incidents", ({ textContent }) => textContent)).toContain("ledger");
  await page.goto(`${plane.url}/services/finance`);
  expect(await page.$eval("#bindings svg text:last-of-type", ({ textContent }) => textContent)).toBe("auth");
  await page.click("#latency summary");
  expect(await page.$eval("#latency table", ({ textContent }) => textContent)).toMatch(/\d ms/);
  expect((await page.$$("#days tbody tr")).length).toBe(90);
  await page.goto(`${plane.url}/services/auth`);
  expect(await page.$eval("#facts", ({ textContent }) => textContent)).toContain(hostile);
  expect(await page.$eval("#bindings", ({ textContent }) => textContent)).toContain("finance");
  expect(await page.evaluate("typeof ran")).toBe("undefined");
  expect(problems).toEqual([]);
  await page.browserContext().close();
});

it("shows services of other families nowhere", async () => {
  expect(await text("/", people.clerk)).toContain("docket");
  for (const path of ["/", "/?family=chittyos", "/cost"])
    expect(await text(path, people.clerk)).not.toContain("finance");
  expect((await plane.request("/services/finance", { as: people.clerk })).status).toBe(404);
  expect((await plane.request("/services/docket", { as: people.clerk })).status).toBe(200);
});

it("shows what a Worker did and cost once its tail events are in", async () => {
  const event = {
    specversion: "1.0",
    id: "1",
    source: "/service",
    type: "cc.chitty.test.sent",
    time: new Date().toISOString(),
  };
  await plane.send([event]);
  const shown = await vi.waitUntil(
    async () => {
      const page = await text("/cost");
      return page.includes("Nothing was measured yet.") ? undefined : page;
    },
    { timeout: 60_000, interval: 200 },
  );
  expect(shown).toMatch(/service.*\$0\.00/s);
});

it("answers nonsense in addresses with a page", async () => {
  for (const path of ["/?state=nonsense", "/?family=%00", "/?after=%F0%9F%92%A9", "/cost?after=%3C"]) {
    expect([path, (await plane.request(path, { as: people.admin })).status]).toEqual([path, 200]);
  }
  for (const path of ["/services/none", "/services/%3Cscript%3E", `/services/${"x".repeat(3_000)}`]) {
    expect((await plane.request(path, { as: people.admin })).status).toBe(404);
  }
});

it("shows very many children as fast as a few", async () => {
  const many = process.env.CHITTYOPS_TEST_FULL === "1" ? 10_000 : 500;
  const last = `child-${String(many - 1).padStart(5, "0")}`;
  await plane.enrol(
    Array.from({ length: many }, (_, at) => ({
      family: at % 2 === 0 ? "chittyos" : "cook-county",
      child: `child-${String(at).padStart(5, "0")}`,
      version: `1.${at % 4}.0`,
    })),
  );
  await vi.waitUntil(
    async () => (await text("/children")).includes(`${many.toLocaleString("en")} children, none overdue`),
    {
      timeout: 20_000,
      interval: 200,
    },
  );
  const { page } = await signedInPage(browser, plane.url, await operatorToken(people.admin));
  for (const path of ["/", "/children", `/children?q=${last}`]) {
    await page.goto(plane.url + path);
    const { bytes, layoutShift } = await costOf(page);
    expect([path, layoutShift]).toEqual([path, 0]);
    expect(bytes, path).toBeLessThan(200_000);
    expect(await accessibilityProblems(page), path).toEqual([]);
  }
  expect(await page.$$eval("#list tbody th", (all) => all.map(({ textContent }) => textContent))).toEqual([last]);
  await page.browserContext().close();
});
