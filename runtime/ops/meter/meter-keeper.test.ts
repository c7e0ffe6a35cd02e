import { describe, expect, it } from "vitest";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import { AccountFindings } from "./account-findings.ts";
import { BudgetKeeper } from "./budget-keeper.ts";
import { findingsPageOf } from "./findings-page.ts";
import { measure, type TailEvent } from "./measure.ts";
import { MeterKeeper } from "./meter-keeper.ts";

const day = 24 * 3_600_000;
const start = Date.parse("2026-11-10T00:00:00Z");
const services = [
  { service: "chittyfinance", script: "chittyfinance-dev", family: "chittyos" },
  { service: "portal", script: "portal-dev", family: "digital-dossier" },
];

function meter() {
  const storage = memoryStorage();
  const clock = { now: () => time };
  let time = start;
  const keeper = new MeterKeeper(storage, clock);
  keeper.know(services);
  return {
    storage,
    keeper,
    account: new AccountFindings(storage),
    clock,
    go(milliseconds: number) {
      time += milliseconds;
    },
    run(times: number, given: Partial<TailEvent> = {}, path = "/api/v1/rates") {
      const event: TailEvent = {
        scriptName: "chittyfinance-dev",
        eventTimestamp: time,
        outcome: "ok",
        cpuTime: 3,
        wallTime: 20,
        event: { request: { method: "GET", url: `https://finance.test${path}` }, response: { status: 200 } },
        ...given,
      };
      keeper.add(
        measure(
          Array.from({ length: times }, () => event),
          time,
        ),
      );
    },
    page: { after: "", limit: 10 },
  };
}

describe("the meter", () => {
  it("shows each service with what it did in the window", () => {
    const { keeper, run, go, page } = meter();
    run(98);
    run(2, { outcome: "exception", wallTime: 900 });
    go(3 * 3_600_000);
    run(10);
    const [finance, portal] = keeper.list("24h", page).services;
    expect(finance).toMatchObject({
      service: "chittyfinance",
      script: "chittyfinance-dev",
      family: "chittyos",
      requests: 110,
      errors: 2,
      cpuMilliseconds: 330,
    });
    expect(finance?.latency?.p50).toBeCloseTo(20, -1);
    expect(finance?.latency?.p99).toBeGreaterThan(890);
    expect(portal).toMatchObject({ service: "portal", requests: 0, errorRate: 0, dollars: 0 });
    expect(portal).not.toHaveProperty("lastSeen");
    expect(keeper.list("1h", page).services[0]).toMatchObject({ requests: 10, errors: 0 });
  });

  it("keeps five minutes for two days, hours for ninety, and nothing longer, however much comes", () => {
    const { storage, keeper, run, go } = meter();
    const rows = (length: number) =>
      storage.sql.exec<{ count: number }>("SELECT count(*) AS count FROM spans WHERE length = ?", length).toArray()[0]
        ?.count;
    for (let hours = 0; hours < 100 * 24; hours += 1) {
      run(1);
      go(3_600_000);
    }
    run(1);
    expect(rows(300_000)).toBe(48);
    expect(rows(3_600_000)).toBe(90 * 24);
    expect(keeper.service("chittyfinance", "30d")?.total.requests).toBe(30 * 24 + 1);
    // What is handed in too late to be kept is not counted at all.
    run(5, { eventTimestamp: start });
    expect(rows(3_600_000)).toBe(90 * 24);
  });

  it("counts Workers beyond a thousand together", () => {
    const { keeper, run } = meter();
    for (let index = 0; index < 1_100; index += 1) run(1, { scriptName: `script-${String(index).padStart(4, "0")}` });
    expect(keeper.service("(others)", "1h")?.total.requests).toBe(102);
  });

  it("shows a page at a time, to those of a family only theirs", () => {
    const { keeper, run, page } = meter();
    run(1, { scriptName: "unregistered" });
    const names = (given: object) => keeper.list("24h", { ...page, ...given }).services.map(({ service }) => service);
    expect(names({})).toEqual(["chittyfinance", "portal", "unregistered"]);
    expect(keeper.list("24h", { after: "", limit: 2 }).next).toBe("portal");
    expect(names({ after: "portal" })).toEqual(["unregistered"]);
    expect(names({ families: ["digital-dossier"] })).toEqual(["portal"]);
  });

  it("shows a service that nobody declares any more for as long as it was measured", () => {
    const { keeper, run, go, page } = meter();
    run(1);
    keeper.know([]);
    const names = () => keeper.list("30d", page).services.map(({ service }) => service);
    expect(names()).toEqual(["chittyfinance-dev"]);
    go(91 * day);
    run(1, { scriptName: "another" });
    keeper.know([]);
    expect(names()).toEqual(["another"]);
  });
});

describe("findings", () => {
  const kinds = (made: ReturnType<typeof meter>) =>
    findingsPageOf({ meter: made.keeper, account: made.account }, made.page, made.clock.now()).findings.map(
      ({ service, kind, change }) => ({
        service,
        kind,
        ...(change && { change }),
      }),
    );

  it("name limits, placement, caching and errors, with the change of the catalog", () => {
    const made = meter();
    made.run(500, { cpuTime: 3, wallTime: 600 });
    made.run(60, { outcome: "exception", event: {} });
    expect(kinds(made)).toEqual([
      { service: "chittyfinance", kind: "limits", change: { hosting: { limits: { cpuMs: 40 } } } },
      { service: "chittyfinance", kind: "placement", change: { hosting: { placement: "smart" } } },
      { service: "chittyfinance", kind: "caching" },
      { service: "chittyfinance", kind: "errors" },
    ]);
  });

  it("propose a higher limit where invocations were ended by it", () => {
    const made = meter();
    made.run(3, { outcome: "exceededCpu", cpuTime: 50 });
    expect(kinds(made)).toEqual([
      { service: "chittyfinance", kind: "limits", change: { hosting: { limits: { cpuMs: 200 } } } },
    ]);
  });

  it("say nothing of too little, of reads of many things, or of a service that is fast", () => {
    const made = meter();
    made.run(100, { wallTime: 900 });
    made.run(100, { scriptName: "portal-dev" }, "/files/1");
    expect(kinds(made)).toEqual([]);
  });

  it("call a service unused only after a week of measuring", () => {
    const made = meter();
    made.run(1);
    expect(kinds(made)).toEqual([]);
    made.go(8 * day);
    made.run(1);
    expect(kinds(made)).toEqual([{ service: "portal", kind: "unused" }]);
  });
});

describe("a budget", () => {
  function budgets() {
    const made = meter();
    const keeper = new BudgetKeeper(made.storage, made.keeper, made.clock);
    const told: string[] = [];
    let fails = false;
    const desk = {
      async raise({ fingerprint, severity }: { fingerprint: string; severity: string }) {
        if (fails) throw new Error("the desk does not answer");
        told.push(`${fingerprint} ${severity}`);
        return { id: "1", opened: true };
      },
      clear: async (fingerprint: string) => void told.push(`${fingerprint} clear`),
    };
    const failing = (value: boolean) => {
      fails = value;
    };
    return { ...made, budgets: keeper, told, desk, failing };
  }
  /** Ten thousand seconds of CPU time: $0.20, and next to nothing for the request. */
  const costly = { cpuTime: 10_000_000 };

  it("opens an incident when it is nearly and when it is wholly spent, and resolves it with the month", async () => {
    const { budgets: keeper, told, desk, run, go } = budgets();
    keeper.set("chittyfinance", 1);
    run(3, costly);
    await keeper.watch(desk);
    expect(told).toEqual([]);
    run(1, costly);
    await keeper.watch(desk);
    await keeper.watch(desk);
    expect(told).toEqual(["budget/chittyfinance minor"]);
    run(2, costly);
    await keeper.watch(desk);
    expect(told).toEqual(["budget/chittyfinance minor", "budget/chittyfinance major"]);
    expect(keeper.list("", 10)[0]).toMatchObject({
      service: "chittyfinance",
      family: "chittyos",
      dollarsPerMonth: 1,
      spent: expect.closeTo(1.2, 3),
    });
    go(21 * day);
    await keeper.watch(desk);
    expect(told.at(-1)).toBe("budget/chittyfinance clear");
  });

  it("is told the next time when the desk does not answer, and with its removal what is open is resolved", async () => {
    const { budgets: keeper, told, desk, run, failing } = budgets();
    keeper.set("chittyfinance", 0.1);
    run(1, costly);
    failing(true);
    await expect(keeper.watch(desk)).rejects.toThrow("does not answer");
    failing(false);
    await keeper.watch(desk);
    expect(keeper.remove("chittyfinance")).toBe(true);
    expect(keeper.remove("chittyfinance")).toBe(false);
    expect(keeper.list("", 10)).toEqual([]);
    await keeper.watch(desk);
    expect(told).toEqual(["budget/chittyfinance major", "budget/chittyfinance clear"]);
  });
});
