// Takes the pictures of the dashboard in `docs/screenshots`, of a made-up fleet: `node docs/screenshots.ts`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { services } from "../catalog/index.ts";
import type {
  DashboardData,
  IncidentPage,
  IncidentReader,
  RolloutReader,
} from "../runtime/ops/dashboard/dashboard-data.ts";
import { openBrowser, signedInPage } from "../runtime/ops/dashboard/testing/dashboard-browser.ts";
import { sampleData, sampleNow } from "../runtime/ops/dashboard/testing/sample-data.ts";
import { type SignIn, serveDashboard, signIn } from "../runtime/ops/dashboard/testing/serve-dashboard.ts";

const folder = join(import.meta.dirname, "screenshots");
const pictures = [
  { name: "fleet-light", path: "/", width: 1280, scheme: "light" },
  { name: "fleet-dark-narrow", path: "/", width: 390, scheme: "dark" },
  { name: "service-light", path: "/services/chittybeacon", width: 1280, scheme: "light" },
  { name: "incident-dark", path: "/incidents/inc-7", width: 1280, scheme: "dark" },
  { name: "children-light", path: "/children", width: 1280, scheme: "light" },
] as const;

const access: SignIn = await signIn("operator@chitty.cc", sampleNow);
const served = await serveDashboard(access.variables, fleet, sampleNow);
const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  for (const { name, path, width, scheme } of pictures) {
    const { page } = await signedInPage(browser, served.url, access.token, { width });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(served.url + path);
    await page.waitForFunction("document.querySelector('#live').textContent === 'Live'");
    const clip = { x: 0, y: 0, width, height: width < 600 ? 1_400 : 1_100 };
    await page.screenshot({ path: join(folder, `${name}.png`), clip });
    await page.browserContext().close();
  }
} finally {
  await browser.close();
  await served.close();
}

/** The catalog's services, with troubles that they do not have. */
function fleet(): DashboardData {
  const core = services.map(({ name }) => name);
  const data = sampleData("chittyos", core);
  const titles = ["chittybeacon cannot be reached", "cook-county: 5 children are silent", "chittycan is flapping"];
  const incidents = titles.map(
    (title, at): IncidentPage => ({
      id: `inc-${7 - at}`,
      title,
      severity: at === 0 ? "critical" : "minor",
      family: at === 1 ? "cook-county" : "chittyos",
      subject: at === 1 ? "cook-county" : (core[at === 0 ? 1 : 2] ?? ""),
      state: at === 2 ? { tone: "warning", word: "acknowledged" } : { tone: "bad", word: "open" },
      open: true,
      openedAt: new Date(sampleNow - (at + 1) * 17 * 60_000).toISOString(),
      signals: 3 + at,
      acknowledged: at === 2,
      ...(at === 2 && { owner: "operator@chitty.cc" }),
      description: "Three checks in a row were not answered within 5 seconds.",
      source: "health",
      runbook: "docs/runbooks/databases.md",
      timeline: [
        {
          at: new Date(sampleNow - 17 * 60_000).toISOString(),
          who: "plane",
          what: "opened",
          text: "No answer within 5 s",
        },
        {
          at: new Date(sampleNow - 9 * 60_000).toISOString(),
          who: "operator@chitty.cc",
          what: "note",
          text: "The database is being restored.",
        },
      ],
      changes: [
        { at: new Date(sampleNow - 40 * 60_000).toISOString(), subject: "chittyops/prod", text: "up by ci: 3 updated" },
      ],
      subjects: [],
    }),
  );
  const reader: IncidentReader = {
    open: async (_, limit) => ({ rows: incidents.slice(0, limit), total: incidents.length }),
    list: async (_, { subject }) => ({
      rows: incidents.filter((one) => subject === undefined || one.subject === subject),
    }),
    find: async (_, id) => incidents.find((one) => one.id === id),
  };
  const rollouts: RolloutReader = {
    running: async () => [
      {
        name: "lite-child configuration 12",
        families: ["cook-county", "chitty-apps"],
        state: { tone: "good", word: "running" },
        wave: 2,
        waves: 4,
        percent: 25,
        offered: 2_500,
        applied: 2_380,
        failed: 3,
      },
    ],
  };
  return { ...data, incidents: reader, rollouts };
}
