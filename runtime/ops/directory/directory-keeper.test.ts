import { beforeEach, describe, expect, it } from "vitest";
import { checking } from "../../../contracts/ops-health.ts";
import { WatchedEstate } from "./testing/watched-estate.ts";

const minute = 60_000;
let estate: WatchedEstate;
beforeEach(async () => {
  estate = new WatchedEstate();
  for (let index = 0; index < 6; index += 1) estate.deploy(`fine${index}`);
  estate.deploy("finance");
  await estate.pass(3);
});
const eventsOf = (name: string) => estate.events.filter(({ subject }) => subject === name).map(({ type }) => type);

describe("a service that dies", () => {
  it.each([1_000, 30_000, 59_000])("is an open incident within two intervals, %i ms after a check", async (after) => {
    estate.now += after;
    estate.answer("finance", "dead");
    const died = estate.now;
    await estate.pass(2);
    expect(estate.notices).toEqual(["raise service-down/finance"]);
    expect(Date.parse(estate.raised[0]?.at ?? "") - died).toBeLessThanOrEqual(2 * checking.interval);
    expect(estate.raised[0]).toMatchObject({
      severity: "major",
      family: "chittyos",
      subject: "finance",
      source: "health",
    });
    expect(estate.health("finance")).toBe("unreachable");
  });

  it("is one too when the clock is advanced at once, and nothing wakes in between", async () => {
    estate.answer("finance", 500);
    for (let passed = 0; passed < 2; passed += 1) await estate.round();
    expect(estate.notices).toEqual(["raise service-down/finance"]);
    expect(estate.health("finance")).toBe("unhealthy");
  });

  it("is cleared by two good checks, and tells both as events", async () => {
    estate.answer("finance", "dead");
    await estate.pass(5);
    estate.answer("finance", "ok");
    await estate.round();
    expect(estate.notices).toEqual(["raise service-down/finance"]);
    await estate.round();
    expect(estate.notices).toEqual(["raise service-down/finance", "clear service-down/finance"]);
    expect(eventsOf("finance")).toEqual([
      "cc.chitty.service.registered",
      "cc.chitty.service.unreachable",
      "cc.chitty.service.healthy",
    ]);
  });

  it("is none for one or two failures", async () => {
    estate.answer("finance", "dead");
    await estate.round();
    estate.answer("finance", "ok");
    await estate.pass(5);
    expect(estate.notices).toEqual([]);
    expect(estate.health("finance")).toBe("healthy");
  });

  it("cannot be verified behind a redirect, and loses no uptime for it", async () => {
    await estate.pass(10);
    estate.answer("finance", 302);
    await estate.pass(10);
    expect(estate.health("finance")).toBe("unverifiable");
    expect(estate.raised).toMatchObject([{ severity: "minor", title: "finance cannot be verified" }]);
    expect(estate.keeper.view.get("finance", "all")).toMatchObject({ objective: { measured: 1 } });
  });

  it("stays an incident over a restart, and what could not be told is told later, in order", async () => {
    estate.answer("finance", "dead");
    estate.desk = false;
    await estate.pass(3);
    estate.answer("finance", "ok");
    estate.restart();
    await estate.pass(3);
    expect(estate.notices).toEqual([]);
    estate.desk = true;
    await estate.pass(1);
    expect(estate.notices).toEqual(["raise service-down/finance", "clear service-down/finance"]);
  });

  it("is gone with its record, and its incident with it", async () => {
    estate.answer("finance", "dead");
    await estate.pass(3);
    estate.catalog.delete("finance");
    await estate.pass(1);
    expect(estate.health("finance")).toBeUndefined();
    expect(estate.notices.at(-1)).toBe("clear service-down/finance");
    expect(eventsOf("finance").at(-1)).toBe("cc.chitty.service.removed");
  });

  it("goes on being watched while the registry's store does not answer", async () => {
    estate.store = false;
    estate.answer("finance", "dead");
    await estate.pass(2);
    expect(estate.notices).toEqual(["raise service-down/finance"]);
  });
});

describe("a service that flaps", () => {
  it("makes one notice when it begins and one when it ends, however long it goes on", async () => {
    await estate.pass(90, (at) => estate.answer("finance", at % 2 === 0 ? "dead" : "ok"));
    expect(estate.raised).toMatchObject([{ fingerprint: "service-down/finance", title: "finance is flapping" }]);
    estate.answer("finance", "ok");
    await estate.pass(30);
    const told = estate.notices.filter((notice) => notice.endsWith(" service-down/finance"));
    expect(told).toEqual(["raise service-down/finance", "clear service-down/finance"]);
    expect(eventsOf("finance").slice(1)).toEqual(["cc.chitty.service.flapping", "cc.chitty.service.healthy"]);
  });

  it("writes no more than a service that does not", async () => {
    const rows = () =>
      ["checks", "buckets", "days", "outbox", "open_incidents"].map(
        (table) => estate.storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).toArray()[0]?.n ?? 0,
      );
    const before = rows();
    await estate.pass(60, (at) => estate.answer("finance", at % 2 === 0 ? "dead" : "ok"));
    const [checks, buckets, ...others] = rows();
    expect(checks).toBe(before[0]);
    expect(buckets).toBeLessThanOrEqual((before[1] ?? 0) + 7 * 13);
    expect(others).toEqual([0, 0, 1]);
  });

  it("is simply down when it ends that way", async () => {
    await estate.pass(20, (at) => estate.answer("finance", at % 2 === 0 ? "dead" : "ok"));
    estate.answer("finance", "dead");
    await estate.pass(20);
    expect(estate.raised.map(({ title }) => title)).toEqual(["finance is flapping", "finance is unreachable"]);
    expect(estate.notices.filter((notice) => notice.startsWith("clear"))).toEqual([]);
  });
});

describe("a blind plane", () => {
  const all = (answer: "ok" | "dead") => {
    for (const name of estate.catalog.keys()) estate.answer(name, answer);
  };

  it("opens no incident for what fails all at once, says that it is blind, and charges nobody", async () => {
    await estate.pass(10);
    all("dead");
    await estate.pass(30);
    expect(estate.notices).toEqual(["raise health-blind"]);
    expect(estate.health("finance")).toBe("unknown");
    expect(estate.keeper.view.summary("all")).toMatchObject({ blindSince: expect.any(String), counts: { unknown: 7 } });
    all("ok");
    await estate.pass(3);
    expect(estate.notices).toEqual(["raise health-blind", "clear health-blind"]);
    const { history, objective } = estate.keeper.view.get("finance", "all") ?? {};
    expect(history?.at(-1)).toMatchObject({ down: 0, unknown: 30 * 60 });
    expect(objective?.measured).toBe(1);
  });

  it("is not blind when something else can be reached", async () => {
    estate.canary = true;
    all("dead");
    await estate.pass(2);
    expect(estate.notices).toEqual(["raise zone-down/chitty.cc"]);
    all("ok");
    await estate.pass(5);
    expect(estate.notices).toEqual(["raise zone-down/chitty.cc", "clear zone-down/chitty.cc"]);
  });

  it("is blind when half of it fails and what is there to be reached is not", async () => {
    estate.canary = false;
    for (const name of ["finance", "fine0", "fine1", "fine2"]) estate.answer(name, "dead");
    await estate.pass(1);
    expect(estate.health("fine5")).toBe("unknown");
    expect(estate.notices).toEqual([]);
  });

  it("knows nothing of a time in which its crons did not come", async () => {
    estate.now += 60 * minute;
    expect(estate.health("finance")).toBe("unknown");
    expect(estate.keeper.view.list({ families: "all", limit: 10, health: "unknown" }).services).toHaveLength(7);
    await estate.pass(1);
    expect(estate.health("finance")).toBe("healthy");
    expect(estate.keeper.view.get("finance", "all")?.history.at(-1)).toMatchObject({ down: 0, unknown: 60 * 60 });
    expect(estate.notices).toEqual([]);
  });

  it("goes on when its clock is set back", async () => {
    estate.now -= 24 * 60 * minute;
    estate.answer("finance", "dead");
    await estate.pass(4);
    expect(estate.notices).toEqual(["raise service-down/finance"]);
  });
});

describe("a dependency that dies", () => {
  it("is one incident when it is a database that twelve need, and none when they come back", async () => {
    const needing = Array.from({ length: 12 }, (_, index) => `needs${index}`);
    for (const name of needing) estate.deploy(name, { needs: ["chittyschema/core"] });
    await estate.pass(3);
    // The round is under way when it dies: half of them are asked before.
    for (const name of needing.slice(0, 6)) estate.answer(name, 503);
    await estate.round();
    for (const name of needing) estate.answer(name, 503);
    await estate.pass(10);
    expect(estate.notices).toEqual(["raise database-down/chittyschema/core"]);
    expect(estate.raised[0]).toMatchObject({ severity: "critical", family: "chittyos" });
    expect(estate.health("needs3")).toBe("unhealthy");
    expect(estate.keeper.view.get("needs3", "all")?.checks[0]?.suppressedBy).toBe("database chittyschema/core");
    for (const name of needing) estate.answer(name, "ok");
    await estate.pass(10);
    expect(estate.notices).toEqual(["raise database-down/chittyschema/core", "clear database-down/chittyschema/core"]);
  });

  it("is one incident at the service that others need, whichever is seen to fail first", async () => {
    estate.deploy("auth");
    estate.deploy("front", { needs: ["auth"] });
    await estate.pass(3);
    estate.now += 10_000;
    estate.answer("front", 502);
    await estate.keeper.check("front");
    estate.answer("auth", "dead");
    await estate.pass(5);
    expect(estate.notices).toEqual(["raise service-down/auth"]);
    estate.answer("auth", "ok");
    await estate.pass(10);
    expect(estate.notices).toEqual(["raise service-down/auth", "clear service-down/auth", "raise service-down/front"]);
  });

  it("does not close an incident that was open before", async () => {
    estate.deploy("auth");
    estate.deploy("front", { needs: ["auth"] });
    await estate.pass(3);
    estate.answer("front", "dead");
    await estate.pass(3);
    estate.answer("auth", "dead");
    await estate.pass(5);
    expect(estate.notices).toEqual(["raise service-down/front", "raise service-down/auth"]);
  });
});

describe("maintenance", () => {
  const plan = (minutes: number) =>
    estate.keeper.planMaintenance(
      {
        family: "chittyos",
        services: ["finance"],
        reason: "migration",
        endsAt: new Date(estate.now + minutes * minute).toISOString(),
      },
      "operator@chitty.cc",
    );

  it("opens no incident, goes on looking, and costs no uptime", async () => {
    await estate.pass(10);
    plan(30);
    estate.answer("finance", 503);
    await estate.pass(20);
    expect(estate.notices).toEqual([]);
    const { health, maintenance, objective, history } = estate.keeper.view.get("finance", "all") ?? {};
    expect({ health, maintenance }).toEqual({ health: "unhealthy", maintenance: true });
    expect(objective?.measured).toBe(1);
    expect(history?.at(-1)).toMatchObject({ down: 0, maintenance: 20 * 60 });
    expect(estate.keeper.view.summary("all").maintenance).toEqual(["finance"]);
  });

  it("is no excuse for what is still down when it is over", async () => {
    plan(5);
    estate.answer("finance", 503);
    await estate.pass(6);
    expect(estate.notices).toEqual(["raise service-down/finance"]);
  });
});

describe("an error budget", () => {
  it("that is spent in small pieces is an incident, though none of them is one", async () => {
    await estate.pass(60);
    for (let piece = 0; piece < 6; piece += 1) {
      estate.answer("finance", "dead");
      await estate.round();
      estate.answer("finance", "ok");
      await estate.pass(4);
    }
    const { raised } = estate;
    expect(raised.map(({ fingerprint }) => fingerprint)).toContain("error-budget/finance");
    expect(raised.map(({ runbook }) => runbook)).toContain("docs/runbooks/health.md#an-error-budget-is-spent-too-fast");
    await estate.pass(6 * 60 + 15);
    expect(estate.notices.filter((notice) => notice.endsWith("error-budget/finance")).at(-1)).toBe(
      "clear error-budget/finance",
    );
  });
});

describe("a page that users see", () => {
  it("is asked for through the edge, and is an incident of its own when it is not what it should be", async () => {
    const url = "https://chitty.cc/";
    const look = { url, status: 200, body: { text: "<title>Chitty" } };
    estate = new WatchedEstate([{ name: "front-page", family: "chittyos", look }]);
    for (let index = 0; index < 6; index += 1) estate.deploy(`fine${index}`);
    estate.answers.set(url, { body: "<html><title>Chitty</title>" });
    await estate.pass(2);
    expect(estate.keeper.view.summary("all").synthetics).toMatchObject([{ name: "front-page", health: "healthy" }]);
    estate.answers.set(url, { body: "<html>Welcome to nginx" });
    await estate.pass(2);
    expect(estate.notices).toEqual(["raise synthetic-failed/front-page"]);
    expect(estate.raised[0]?.description).toContain('answers without "<title>Chitty"');
    expect(estate.keeper.view.summary(["cook-county"])).toMatchObject({ counts: {}, synthetics: [] });
  });
});

it("waits no longer for sixty services than for one, six at a time", async () => {
  for (let index = 0; index < 53; index += 1) estate.deploy(`more${index}`);
  estate.asked = 0;
  await estate.pass(1);
  expect(estate.asked).toBe(60);
  expect(estate.keeper.view.stats("all")).toMatchObject({ services: 60, byHealth: { healthy: 60 } });
});

describe("a certificate", () => {
  const told = (days: number) => {
    const until = new Date(estate.now + days * 24 * 60 * minute).toISOString();
    estate.keeper.setCertificates([
      { service: "finance", until },
      { service: "nobody", until },
    ]);
  };
  const shown = () => estate.keeper.view.get("finance", "all")?.certificate.daysLeft;

  it("is unknown until somebody who can see it tells of it", () => {
    expect(shown()).toBe("unknown");
    told(30);
    expect(shown()).toBe(30);
  });

  it("that ends within two weeks is an incident until it is renewed", async () => {
    told(30);
    await estate.pass(1);
    expect(estate.notices).toEqual([]);
    told(13);
    await estate.pass(1);
    expect(estate.notices).toEqual(["raise certificate-expires/finance"]);
    expect(estate.raised[0]).toMatchObject({ severity: "minor", subject: "finance" });
    told(90);
    await estate.pass(1);
    expect(estate.notices.at(-1)).toBe("clear certificate-expires/finance");
  });
});
