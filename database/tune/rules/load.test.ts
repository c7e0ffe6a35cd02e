import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { day } from "../figures.ts";
import { findTuning } from "../find-tuning.ts";
import { finding, ids, modest, startTunedServer, type TunedServer } from "../testing/tuned-server.ts";

let server: TunedServer;
beforeAll(async () => {
  server = await startTunedServer({ max_connections: "20" });
});
afterAll(() => server.stop());

describe("load", () => {
  it("finds a forgotten transaction and ends it, and sessions that nothing ends", async () => {
    const database = await server.databaseWith("create table t (a int)");
    const forgotten = new Client({ connectionString: server.url(database), application_name: "forgetful" });
    forgotten.on("error", () => undefined);
    await forgotten.connect();
    await forgotten.query("begin; insert into t values (1)");
    const early = await server.tuning(database, modest, 1);
    expect(ids(early)).toEqual([]);
    const report = await server.tuning(database);
    const [transaction] = report.findings.filter(({ rule }) => rule === "long-transaction");
    expect(transaction?.why).toMatch(/idle in transaction, since 2 d; vacuum cannot/);
    expect(transaction?.what).toContain("forgetful");
    await server.cure(database, "idle-in-transaction:timeout");
    await server.cure(database, transaction?.id ?? "");
    expect(await server.query("select * from t", database)).toEqual([]);
  });

  it("finds that connections run out, and names who has them", async () => {
    const database = await server.databaseWith();
    const clients = Array.from(
      { length: 14 },
      () => new Client({ connectionString: server.url(database), application_name: "hoarder" }),
    );
    await Promise.all(clients.map((client) => client.connect()));
    const direct = finding(await server.tuning(database, { ...modest, pooled: false }), "connections:limit");
    expect(direct.why).toMatch(/^15 of 17 .*hoarder 14/);
    expect(direct.proposed).toContain("pooled");
    const pooled = finding(await server.tuning(database), "connections:limit");
    expect(pooled.how).toEqual({
      kind: "endpoint",
      change: { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 4 },
    });
    await Promise.all(clients.map((client) => client.end()));
    await expect.poll(async () => ids(await server.tuning(database))).toEqual([]);
  });

  it("finds that sessions are opened all the time", async () => {
    const database = await server.databaseWith(...Array.from({ length: 30 }, () => "select 1"));
    const direct = { ...modest, pooled: false };
    expect(ids(await server.tuning(database, direct))).toEqual([]);
    // As if an hour had passed since thirty sessions a second came: the figure is what counts.
    const activity = await server.activity(database);
    expect(activity.sessionsOpened).toBeGreaterThanOrEqual(30);
    // As if they had come so fast for two hours: the figure is what counts.
    const soon = new Date(activity.statisticsSince.getTime() + 7_200_000);
    const busy = findTuning({ ...activity, sessionsOpened: 14_400, now: soon }, direct);
    expect(ids(busy)).toContain("connections:churn");
  });

  it("finds a compute larger than what is asked of it, and one that never sleeps", async () => {
    const database = await server.databaseWith(
      "create table wide with (fillfactor = 10) as select n, repeat('x', 500) as text from generate_series(1, 1500) n",
      "analyze",
      "do $$ begin for n in 1..80 loop perform count(*) from wide; end loop; end $$",
    );
    const report = await server.tuning(database, { minCu: 4, maxCu: 8, suspendSeconds: -1, pooled: true });
    expect(finding(report, "sizing:idle").how).toEqual({
      kind: "endpoint",
      change: { autoscaling_limit_min_cu: 0.25 },
    });
    expect(finding(report, "sizing:idle").why).toMatch(/cache hit rate [\d.]+ % of .* blocks in 2 d/);
    expect(finding(report, "suspend:never").how).toEqual({
      kind: "endpoint",
      change: { suspend_timeout_seconds: 300 },
    });
  });

  it("finds that the compute starts too often, or stands at its limit", async () => {
    const database = await server.databaseWith();
    const since = new Date(Date.now() - 2 * day * 1_000).toISOString();
    const report = await server.tuning(database, {
      ...modest,
      starts: { since, count: 400 },
      consumption: [{ start: since, end: new Date().toISOString(), activeSeconds: 80_000, computeSeconds: 156_000 }],
    });
    expect(finding(report, "suspend:often").how).toEqual({
      kind: "endpoint",
      change: { suspend_timeout_seconds: 1_200 },
    });
    expect(finding(report, "ceiling:compute").how).toEqual({
      kind: "endpoint",
      change: { autoscaling_limit_max_cu: 4 },
    });
  });

  it("finds a cache that is too small, and that autovacuum is off", async () => {
    const small = await startTunedServer({ shared_buffers: "4MB", io_method: "sync", autovacuum: "off" });
    const database = await small.databaseWith(
      "create table big with (fillfactor = 10) as select n, repeat('x', 500) as text from generate_series(1, 1500) n",
      "analyze",
      "do $$ begin for n in 1..70 loop perform count(*) from big; end loop; end $$",
    );
    const activity = await small.activity(database);
    await small.stop();
    // So little memory nobody sells; but it is less than the table has, as it would be with a table of gigabytes.
    const report = findTuning(activity, { ...modest, minCu: 0.003, maxCu: 0.003 });
    expect(finding(report, "sizing:cache").how).toEqual({
      kind: "endpoint",
      change: { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 0.25 },
    });
    expect(finding(report, "autovacuum:server").how).toEqual({
      kind: "endpoint",
      change: { settings: { pg_settings: { autovacuum: "on" } } },
    });
    // The same misses with memory enough are a cold cache.
    expect(ids(findTuning(activity, modest))).toEqual(["autovacuum:server"]);
  });
});
