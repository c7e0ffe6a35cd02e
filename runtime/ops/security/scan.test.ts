import { describe, expect, it } from "vitest";
import type { ScanRequest, SecurityFinding } from "../../../contracts/ops-security.ts";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import { ScanKeeper } from "./scan-keeper.ts";
import { type ScanTarget, type ScanWorld, scanService } from "./scan-service.ts";

type Answer = { status?: number; headers?: Record<string, string>; body?: string };

const good: Record<string, Answer> = {
  "https://finance.test/": {
    headers: {
      "content-type": "text/html",
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
  },
  "http://finance.test/": { status: 301, headers: { location: "https://finance.test/" } },
  "https://finance.test/api/v1/status": { body: '{"service":"finance","uptime":12,"tokens":3}' },
};

/** A service that answers as it is given, and 404 to the rest. */
function world(answers: Record<string, Answer | "no answer">, local = false): ScanWorld {
  return {
    local,
    async get(url, largestBody) {
      const answer = answers[url] ?? { status: 404 };
      if (answer === "no answer") throw new Error("the connection failed");
      const { status = 200, headers = {}, body = "" } = answer;
      return { status, headers: new Headers(headers), body: body.slice(0, largestBody) };
    },
  };
}

const finance: ScanTarget = { service: "chittyfinance", family: "chittyos", url: "https://finance.test/" };

describe("a scan of a service", () => {
  it("finds nothing wrong with one that is well", async () => {
    expect(await scanService(finance, world(good))).toEqual([]);
  });

  const page = good["https://finance.test/"]?.headers ?? {};
  const without = (name: string) => ({
    ...good,
    "https://finance.test/": { headers: Object.fromEntries(Object.entries(page).filter(([each]) => each !== name)) },
  });
  const cases: [string, Record<string, Answer | "no answer">, Partial<SecurityFinding>[]][] = [
    [
      "no HSTS",
      without("strict-transport-security"),
      [{ rule: "headers", severity: "minor", found: expect.stringContaining("Strict-Transport-Security") as never }],
    ],
    [
      "no nosniff, which alone is no incident",
      without("x-content-type-options"),
      [{ rule: "headers", severity: "info" }],
    ],
    [
      "a page without a policy",
      without("content-security-policy"),
      [{ rule: "headers", found: expect.stringMatching(/Content-Security-Policy.*frame-ancestors/) as never }],
    ],
    [
      "an answer in the clear",
      { ...good, "http://finance.test/": {} },
      [{ rule: "https", severity: "major", found: expect.stringContaining("answers 200") as never }],
    ],
    [
      "a redirect that stays in the clear",
      { ...good, "http://finance.test/": { status: 302, headers: { location: "http://finance.test/home" } } },
      [{ rule: "https" }],
    ],
    ["nobody who listens in the clear", { ...good, "http://finance.test/": "no answer" }, []],
    [
      "a status that tells of secrets and of credentials in an address",
      {
        ...good,
        "https://finance.test/api/v1/status": {
          body: JSON.stringify({ config: { JWT_SECRET: "canary", db: "postgres://u:canary@h/d" }, apiKey: "" }),
        },
      },
      [
        {
          rule: "open-status",
          severity: "major",
          found: "https://finance.test/api/v1/status tells anybody config.JWT_SECRET, config.db",
        },
      ],
    ],
    [
      "a file with secrets",
      { ...good, "https://finance.test/.env": { body: "# ours\nJWT_SECRET=canary\n" } },
      [{ rule: "open-file", severity: "critical", detail: "/.env" }],
    ],
    [
      "a repository",
      { ...good, "https://finance.test/.git/HEAD": { body: "ref: refs/heads/main\n" } },
      [{ rule: "open-file", detail: "/.git/HEAD" }],
    ],
    [
      "a page for every path",
      {
        ...good,
        "https://finance.test/.env": { body: "<!doctype html>" },
        "https://finance.test/.git/HEAD": { body: "<!doctype html>" },
      },
      [],
    ],
  ];
  it.each(cases)("judges %s", async (_, answers, expected) => {
    const found = await scanService(finance, world(answers));
    expect(found).toMatchObject(expected);
    expect(found).toHaveLength(expected.length);
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  it("finds one on workers.dev, and asks for no TLS on the embedded cloud", async () => {
    const dev = { ...finance, url: "https://finance.acme.workers.dev/" };
    expect(await scanService(dev, world({}))).toContainEqual(expect.objectContaining({ rule: "workers-dev-address" }));
    const local = { ...finance, url: "http://finance.chitty.localhost/" };
    expect(
      await scanService(
        local,
        world({ "http://finance.chitty.localhost/": { headers: { "x-content-type-options": "nosniff" } } }, true),
      ),
    ).toEqual([]);
  });

  it("knows nothing of one that does not answer", async () => {
    expect(await scanService(finance, world({ "https://finance.test/": "no answer" }))).toBeUndefined();
  });
});

describe("scans", () => {
  const targets = Array.from({ length: 15 }, (_, index): ScanTarget => {
    const name = `s${String(index).padStart(2, "0")}`;
    return { service: name, family: index % 2 === 0 ? "chittyos" : "cook-county", url: `https://${name}.test/` };
  });
  const well = { headers: { "strict-transport-security": "1", "x-content-type-options": "nosniff" } };

  function scans() {
    const storage = memoryStorage();
    const answers: Record<string, Answer | "no answer"> = {};
    for (const { url } of targets) {
      answers[url] = well;
      answers[url.replace("https:", "http:")] = "no answer";
    }
    let time = Date.parse("2026-11-26T12:00:00Z");
    let fails = false;
    const told: string[] = [];
    const desk = {
      async raise({ fingerprint, severity }: { fingerprint: string; severity: string }) {
        if (fails) throw new Error("the desk does not answer");
        told.push(`${severity} ${fingerprint}`);
        return { id: "1", opened: true };
      },
      clear: async (fingerprint: string) => void told.push(`clear ${fingerprint}`),
    };
    const keeper = () => new ScanKeeper(storage, world(answers), { now: () => time });
    return {
      answers,
      desk,
      told,
      keeper,
      failing(value: boolean) {
        fails = value;
      },
      go(milliseconds: number) {
        time += milliseconds;
      },
      async scan(given: readonly ScanTarget[] = targets, request?: Pick<ScanRequest, "rules" | "findings">) {
        keeper().begin("operator@chitty.cc", request);
        for (let steps = 0; keeper().running && steps < 10; steps += 1) await keeper().step(given);
        await keeper().tell(desk);
        return told.splice(0);
      },
    };
  }

  it("go on where they were cut short, and look at every service once", async () => {
    const { keeper, answers } = scans();
    expect(keeper().due).toBe(true);
    const begun = keeper().begin("a");
    answers["https://s14.test/.env"] = { body: "A=1" };
    await keeper().step(targets);
    expect(keeper().last).toMatchObject({ state: "running", services: 6 });
    expect(keeper().begin("b")).toMatchObject({ id: begun.id, by: "a" });
    await keeper().step(targets);
    await keeper().step(targets);
    expect(keeper().last).toMatchObject({ id: begun.id, state: "finished", services: 15 });
    expect(keeper().page({ after: "", limit: 10 }).findings).toMatchObject([{ rule: "open-file", service: "s14" }]);
  });

  it("begin once a day", async () => {
    const { keeper, scan, go } = scans();
    await scan();
    expect(keeper().due).toBe(false);
    go(24 * 3_600_000);
    expect(keeper().due).toBe(true);
  });

  it("make an incident of each finding by its severity, and resolve it when it is found no more", async () => {
    const { answers, scan } = scans();
    answers["https://s03.test/.env"] = { body: "A=1" };
    answers["https://s04.test/"] = {};
    expect(await scan()).toEqual(["critical security/open-file/s03//.env", "minor security/headers/s04"]);
    expect(await scan()).toEqual([]);
    answers["https://s03.test/"] = "no answer";
    expect(await scan(), "a service that does not answer is as it was").toEqual([]);
    answers["https://s03.test/"] = well;
    answers["https://s03.test/.env"] = { status: 404 };
    expect(await scan()).toEqual(["clear security/open-file/s03//.env"]);
    expect(await scan(targets.slice(5)), "a service that is gone").toEqual(["clear security/headers/s04"]);
  });

  it("tell the next time what the desk did not take", async () => {
    const { answers, scan, failing, keeper, desk, told } = scans();
    answers["https://s00.test/.env"] = { body: "A=1" };
    failing(true);
    await expect(scan()).rejects.toThrow("does not answer");
    failing(false);
    await keeper().tell(desk);
    expect(told).toEqual(["critical security/open-file/s00//.env"]);
  });

  it("take what was found elsewhere in place of what was reported before, and no incident is made of what is only worth knowing", async () => {
    const { scan } = scans();
    const advisory = (detail: string, severity: SecurityFinding["severity"]) => ({
      rule: "advisory" as const,
      service: "s01",
      family: "cook-county",
      severity,
      detail,
      found: "hono 4.0.0",
      remedy: "Update it.",
    });
    const report = (...findings: ReturnType<typeof advisory>[]) => ({ rules: ["advisory" as const], findings });
    expect(await scan(targets, report(advisory("A/hono@4.0.0", "major"), advisory("B/zod@1.0.0", "info")))).toEqual([
      "major security/advisory/s01/A/hono@4.0.0",
    ]);
    expect(await scan(targets)).toEqual([]);
    expect(await scan(targets, report(advisory("A/hono@4.0.0", "critical")))).toEqual([
      "critical security/advisory/s01/A/hono@4.0.0",
    ]);
    expect(await scan(targets, report())).toEqual(["clear security/advisory/s01/A/hono@4.0.0"]);
  });

  it("show a page at a time, of one's own families", async () => {
    const { answers, scan, keeper } = scans();
    for (const { url } of targets) answers[url] = {};
    await scan();
    const first = keeper().page({ after: "", limit: 10 });
    expect([first.findings.length, first.next]).toEqual([10, "security/headers/s09"]);
    expect(keeper().page({ after: first.next ?? "", limit: 10 })).toMatchObject({ findings: { length: 5 } });
    expect(keeper().page({ after: "", limit: 50, families: ["cook-county"] }).findings).toHaveLength(7);
  });
});
