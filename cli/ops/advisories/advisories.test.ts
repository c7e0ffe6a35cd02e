import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Advisory, advisory, affects, severityOf } from "./advisory.ts";
import { fetchAdvisories, readAdvisories } from "./advisory-file.ts";
import { advisoryFindings } from "./advisory-findings.ts";
import { compareVersions } from "./compare-versions.ts";

const folder = mkdtempSync(join(tmpdir(), "chittyops-advisories-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A made-up advisory in OSV's form. */
function made(events: Record<string, string>[], given: object = {}): Advisory {
  return advisory.parse({
    id: "TEST-1",
    summary: "Made up",
    affected: [{ package: { ecosystem: "npm", name: "thing" }, ranges: [{ type: "SEMVER", events }] }],
    database_specific: { severity: "HIGH" },
    ...given,
  });
}

it("orders versions as Semantic Versioning does", () => {
  const sorted = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0",
  ];
  expect(sorted.toReversed().sort(compareVersions)).toEqual(sorted);
  expect([compareVersions("1.0.0+a", "1.0.0+b"), compareVersions("0", "0.0.0")]).toEqual([0, 0]);
});

describe("an advisory", () => {
  const range = made([
    { introduced: "1.0.0" },
    { fixed: "1.2.3" },
    { introduced: "2.0.0" },
    { last_affected: "2.1.0" },
  ]);
  it.each([
    ["0.9.0", false],
    ["1.0.0-rc.1", false],
    ["1.0.0", true],
    ["1.2.2", true],
    ["1.2.3", false],
    ["1.9.0", false],
    ["2.1.0", true],
    ["2.1.1", false],
  ])("says of %s: %s", (version, affected) => expect(affects(range, { name: "thing", version })).toBe(affected));

  it("is about its package only, of npm only, and of nothing once it is withdrawn", () => {
    const all = [{ introduced: "0" }];
    const thing = { name: "thing", version: "1.0.0" };
    expect(affects(made(all), thing)).toBe(true);
    expect(affects(made(all), { ...thing, name: "things" })).toBe(false);
    expect(affects(made(all, { withdrawn: "2026-01-01T00:00:00Z" }), thing)).toBe(false);
    expect(
      affects(made(all, { affected: [{ package: { ecosystem: "PyPI", name: "thing" }, versions: ["1.0.0"] }] }), thing),
    ).toBe(false);
    expect(
      affects(made([], { affected: [{ package: { ecosystem: "npm", name: "thing" }, versions: ["1.0.0"] }] }), thing),
    ).toBe(true);
  });

  it("has the severity that it says, or a small one", () => {
    const said = (severity?: string) => severityOf(made([], { database_specific: { severity } }));
    expect(["CRITICAL", "HIGH", "MODERATE", "LOW", undefined].map(said)).toEqual([
      "critical",
      "major",
      "minor",
      "info",
      "minor",
    ]);
  });
});

it("finds advisories of what is deployed, by what its build wrote into it", () => {
  const packages = [{ name: "thing", version: "1.0.0" }];
  const scripts = [
    { name: "chittyfinance-dev", service: "chittyfinance", family: "chittyos", packages },
    { name: "nobodys", packages },
    { name: "silent", service: "chittyid", family: "chittyos", packages: undefined },
  ];
  const found = advisoryFindings(scripts, [
    made([{ introduced: "0" }]),
    made([{ introduced: "2.0.0" }], { id: "TEST-2" }),
  ]);
  expect(found).toMatchObject([
    {
      service: "chittyfinance",
      severity: "major",
      detail: "TEST-1/thing@1.0.0",
      found: expect.stringContaining("thing 1.0.0"),
    },
    { service: "nobodys", detail: "TEST-1/thing@1.0.0" },
  ]);
});

describe("fetching advisories", () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function serving(
    answer: (body: { package: { name: string }; page_token?: string }) => [number, unknown],
  ): Promise<string> {
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (part) => {
        text += part;
      });
      request.on("end", () => {
        const [status, body] = answer(JSON.parse(text));
        response.writeHead(status).end(JSON.stringify(body));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }
  const { signal } = new AbortController();

  it("asks about each package, page by page, and keeps each advisory once, with the day", async () => {
    const path = join(folder, "fetched.json");
    expect(readAdvisories(path)).toBeUndefined();
    const source = await serving(({ package: { name }, page_token }) =>
      name === "none"
        ? [200, {}]
        : page_token === undefined
          ? [200, { vulns: [made([])], next_page_token: "2" }]
          : [200, { vulns: [made([]), made([], { id: "TEST-2" })] }],
    );
    const packages = [
      { name: "thing", version: "1.0.0" },
      { name: "none", version: "1.0.0" },
    ];
    await fetchAdvisories(packages, { path, signal, source });
    expect(readAdvisories(path)).toMatchObject({
      source,
      fetchedAt: expect.any(String),
      advisories: [{ id: "TEST-1" }, { id: "TEST-2" }],
    });
  });

  it("keeps what was fetched before when the source fails, and says so", async () => {
    const path = join(folder, "kept.json");
    writeFileSync(path, JSON.stringify({ fetchedAt: "2026-11-01T00:00:00Z", source: "x", advisories: [] }));
    const source = await serving(() => [503, {}]);
    await expect(fetchAdvisories([{ name: "thing", version: "1" }], { path, signal, source })).rejects.toThrow(
      "cannot be fetched",
    );
    expect(readAdvisories(path)).toMatchObject({ source: "x" });
  });

  it("refuses a file that holds none", () => {
    const path = join(folder, "none.json");
    writeFileSync(path, "{");
    expect(() => readAdvisories(path)).toThrow("holds no advisories");
  });
});
