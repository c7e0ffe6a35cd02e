import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { operatorToken, people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";
import { accessibilityProblems, openBrowser, signedInPage, type Watched } from "./testing/dashboard-browser.ts";

const hostile = `"'></title><script>ran=1</script><img src=x onerror=ran=1>`;

let plane: WorkerdPlane;
let browser: Browser;
beforeAll(async () => {
  [plane, browser] = await Promise.all([workerdPlane(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([browser?.close(), plane?.dispose()]);
});

const signedIn = async (email: string, options: { script?: boolean } = {}): Promise<Watched> =>
  signedInPage(browser, plane.url, await operatorToken(email), options);

async function openIncident(fields: Record<string, unknown> = {}): Promise<string> {
  const body = { title: "Down", severity: "critical", family: "chittyos", ...fields };
  const answer = await plane.request("/api/v1/incidents", { as: people.operator, body });
  return ((await answer.json()) as { id: string }).id;
}

/** A form as a browser sends it. */
const send = (path: string, as: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  plane.request(path, {
    as,
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  });

const hiddenFields = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/type="hidden" name="(\w+)" value="([^"]+)"/g)].map(([, key, value]) => [key, value]),
  );

describe("signing in", () => {
  it("is asked of whoever comes without a token, with a page that says how", async () => {
    for (const path of ["/", "/incidents", "/incidents/inc-1", "/events", "/audit"]) {
      const answer = await plane.request(path);
      const page = await answer.text();
      expect([path, answer.status]).toEqual([path, 401]);
      expect(page).toContain("npx chittyops ops");
      expect(page).not.toContain("<nav");
    }
    expect((await plane.request("/session?token=nonsense")).status).toBe(401);
    expect((await plane.request("/session")).status).toBe(401);
    expect((await plane.request("/", { as: people.stranger })).status).toBe(403);
  });

  it("leaves a cookie that no script can read and no other site sends, and no token in the address", async () => {
    const { page } = await signedIn(people.viewer);
    expect(page.url()).toBe(`${plane.url}/`);
    const cookies = await page.browserContext().cookies();
    expect(cookies.filter(({ name }) => name === "CF_Authorization")).toMatchObject([
      { httpOnly: true, sameSite: "Strict", path: "/" },
    ]);
    await page.browserContext().close();
  });

  it("by a link exists only where there is no Access before the plane", async () => {
    const guarded = await workerdPlane({
      configuration: { access: { issuer: "https://chitty.cloudflareaccess.com", audience: "ops" } },
    });
    try {
      expect((await guarded.request("/session?token=x")).status).toBe(404);
    } finally {
      await guarded.dispose();
    }
  });
});

describe("an incident", () => {
  it("is taken care of, noted and resolved by forms, without a script, and all of it is on the audit trail", async () => {
    const id = await openIncident({ title: "Ledger is down", subject: "chittyfinance" });
    const { page } = await signedIn(people.operator, { script: false });
    await page.goto(`${plane.url}/incidents/${id}`);
    const press = async (action: string, field?: string, text = "") => {
      if (field !== undefined) await page.type(`form[action$="/${action}"] [name=${field}]`, text);
      await Promise.all([page.waitForNavigation(), page.click(`form[action$="/${action}"] button`)]);
      expect(page.url()).toBe(`${plane.url}/incidents/${id}`);
    };
    await press("ack");
    expect(await page.$eval("#headline", ({ textContent }) => textContent)).toContain("acknowledged");
    await press("note", "text", "The database is full <b>");
    expect(await page.$eval(".timeline", ({ textContent }) => textContent)).toContain("The database is full <b>");
    await press("resolve", "resolution", "More space");
    expect(await page.$eval("#headline", ({ textContent }) => textContent)).toContain("resolved");
    expect(await page.$("form")).toBeNull();
    await page.browserContext().close();

    const trail = await (await plane.request("/audit", { as: people.admin })).text();
    for (const action of ["incident.ack", "incident.note", "incident.resolve"]) expect(trail).toContain(action);
    expect(trail).toContain(people.operator);
  });

  it("is changed by no form of another site, of another operator, or without its token", async () => {
    const id = await openIncident();
    const page = await (await plane.request(`/incidents/${id}`, { as: people.operator })).text();
    const fields = hiddenFields(page);
    expect(fields).toEqual({ token: expect.any(String), key: expect.any(String) });
    const own = { "sec-fetch-site": "same-origin" };
    const path = `/incidents/${id}/ack`;
    const refused = [
      await send(path, people.operator, fields, { "sec-fetch-site": "cross-site", origin: "https://evil.test" }),
      await send(path, people.operator, fields),
      await send(path, people.operator, { key: "k" }, own),
      await send(path, people.operator, { ...fields, token: "x".repeat(43) }, own),
      await send(path, people.admin, fields, own),
      await send(path, people.viewer, fields, own),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    expect(await (await plane.request(`/api/v1/incidents/${id}`, { as: people.viewer })).json()).toMatchObject({
      state: "open",
    });
    expect((await send(path, people.operator, fields, own)).status).toBe(200);
    expect(await (await plane.request(`/api/v1/incidents/${id}`, { as: people.viewer })).json()).toMatchObject({
      state: "acknowledged",
      owner: people.operator,
    });
  });

  it("is noted once, however often a form is sent", async () => {
    const id = await openIncident();
    const fields = hiddenFields(await (await plane.request(`/incidents/${id}`, { as: people.operator })).text());
    for (let time = 0; time < 3; time++) {
      await send(
        `/incidents/${id}/note`,
        people.operator,
        { ...fields, text: "once" },
        { "sec-fetch-site": "same-origin" },
      );
    }
    const { timeline } = (await (await plane.request(`/api/v1/incidents/${id}`, { as: people.viewer })).json()) as {
      timeline: { what: string }[];
    };
    expect(timeline.filter(({ what }) => what === "note")).toHaveLength(1);
  });

  it("says on its page why something was refused, and offers viewers nothing to do", async () => {
    const id = await openIncident();
    const read = await (await plane.request(`/incidents/${id}`, { as: people.operator })).text();
    const answer = await send(
      `/incidents/${id}/resolve`,
      people.operator,
      { ...hiddenFields(read), resolution: "" },
      { "sec-fetch-site": "same-origin" },
    );
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/role="alert">[^<]*resolution/);
    expect(await (await plane.request(`/incidents/${id}`, { as: people.viewer })).text()).not.toContain("<form");
  });

  it("is seen by its family only, as is everything else", async () => {
    const id = await openIncident({ title: "Not for the county" });
    expect((await plane.request(`/incidents/${id}`, { as: people.clerk })).status).toBe(404);
    for (const path of ["/", "/incidents", "/events"]) {
      expect(await (await plane.request(path, { as: people.clerk })).text()).not.toContain("Not for the county");
    }
    expect((await plane.request("/audit", { as: people.clerk })).status).toBe(404);
    expect(await (await plane.request("/", { as: people.clerk })).text()).not.toContain('href="/audit"');
  });
});

describe("children", () => {
  const manifold = Array.from({ length: 200 }, (_, at) => ({
    family: at % 2 === 0 ? "chittyos" : "cook-county",
    child: `court-${String(at).padStart(3, "0")}`,
    version: at < 190 ? "1.2.0" : "<script>ran=1</script>",
    status: at === 7 ? ("failing" as const) : ("ok" as const),
  }));

  it("are counted on the fleet's page, and listed, filtered and searched in pages", async () => {
    await plane.enrol(manifold);
    const { page, problems } = await signedIn(people.viewer, { script: false });
    await vi.waitUntil(
      async () => {
        await page.goto(plane.url);
        return (await page.$eval("main", ({ textContent }) => textContent))?.includes("200 children, none overdue.");
      },
      { timeout: 20_000, interval: 100 },
    );
    const namesOf = () => page.$$eval("#list tbody th", (all) => all.map(({ textContent }) => textContent ?? ""));
    await page.goto(`${plane.url}/children`);
    const seen = await namesOf();
    for (let next = await page.$("a[rel=next]"); next !== null; next = await page.$("a[rel=next]")) {
      await Promise.all([page.waitForNavigation(), next.click()]);
      seen.push(...(await namesOf()));
    }
    expect(seen.toSorted()).toEqual(manifold.map(({ child }) => child));

    await page.goto(`${plane.url}/children?state=failing`);
    expect(await namesOf()).toEqual(["court-007"]);
    await page.goto(`${plane.url}/children?family=chittyos&q=court-01`);
    expect((await namesOf()).toSorted()).toEqual(["court-010", "court-012", "court-014", "court-016", "court-018"]);
    await page.goto(`${plane.url}/children`);
    await Promise.all([page.waitForNavigation(), page.click("#versions a[href*=script]")]);
    expect((await namesOf()).length).toBe(10);
    for (const query of ["q=%25", "q=%7B", "state=nonsense", "after=99:x/y", "version=%27", "family=other"]) {
      expect([query, (await page.goto(`${plane.url}/children?${query}`))?.status()]).toEqual([query, 200]);
    }
    expect(problems).toEqual([]);
    await page.browserContext().close();
  });

  it("of other families are neither counted nor listed", async () => {
    for (const path of ["/", "/children", "/children?family=chittyos"]) {
      const text = await (await plane.request(path, { as: people.clerk })).text();
      expect(text).toMatch(/(?<![\d,])100 children/);
      expect(text).not.toContain("court-000");
    }
  });
});

describe("a rollout", () => {
  it("is on the fleet's page with its wave and what became of it, until it is over", async () => {
    const body = {
      service: "lite-child",
      kind: "configuration",
      content: { motd: "hello" },
      waves: [{ percent: 10 }, { percent: 100 }],
    };
    expect((await plane.request("/api/v1/rollouts", { as: people.admin, body })).status).toBe(201);
    const shown = await (await plane.request("/", { as: people.viewer })).text();
    expect(shown).toMatch(/lite-child configuration 1.*running.*1 of 2, to 10 %.*0 of 0/s);
    const { status } = await plane.request("/api/v1/rollouts/lite-child/pause", { as: people.admin, method: "POST" });
    expect(status).toBe(200);
    expect(await (await plane.request("/", { as: people.viewer })).text()).toMatch(
      /lite-child configuration 1.*paused/s,
    );
  });
});

describe("in a browser", () => {
  it("shows an incident that somebody opens by itself, whatever its name holds, and runs nothing of it", async () => {
    const { page, problems } = await signedIn(people.operator);
    await page.waitForFunction("document.querySelector('#live').textContent === 'Live'");
    const id = await openIncident({
      title: hostile,
      description: hostile,
      subject: hostile,
      runbook: "javascript:ran=1",
    });
    await page.waitForFunction("document.querySelector('#incidents')?.textContent.includes('<script>ran=1</script>')");
    for (const path of ["/", `/incidents/${id}`, "/incidents", "/events", "/audit"]) {
      await page.goto(plane.url + path);
      expect(await page.evaluate("typeof ran + document.querySelectorAll('img, body script').length")).toBe(
        "undefined0",
      );
      expect(await accessibilityProblems(page), path).toEqual([]);
    }
    expect(problems).toEqual([]);
    await page.browserContext().close();
  });

  it("keeps style and script for ever, under names that change with their content", async () => {
    const page = await (await plane.request("/", { as: people.viewer })).text();
    const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[0-9a-f]{16}\.\w+)"/g)].map(([, path]) => path ?? "");
    expect(assets).toHaveLength(3);
    for (const path of assets) {
      const answer = await plane.request(path);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([
        200,
        "public, max-age=31536000, immutable",
      ]);
    }
    expect((await plane.request("/assets/0000000000000000.js")).status).toBe(404);
  });

  it("answers nonsense in addresses with a page, not with a failure", async () => {
    const queries = [
      "after=nonsense",
      "after=-1",
      "after=9e99",
      "state=x&severity=y",
      `subject=${"x".repeat(5_000)}`,
      "topic=..%2F%00",
    ];
    for (const path of ["/", "/incidents", "/events", "/audit"]) {
      for (const query of queries) {
        expect([path, query, (await plane.request(`${path}?${query}`, { as: people.admin })).status]).toEqual([
          path,
          query,
          200,
        ]);
      }
    }
    for (const path of ["/incidents/none", "/incidents/%00", `/incidents/${"9".repeat(400)}`]) {
      expect((await plane.request(path, { as: people.admin })).status).toBe(404);
    }
  });
});
