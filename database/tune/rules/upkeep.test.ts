import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounts, finding, ids, startTunedServer, type TunedServer } from "../testing/tuned-server.ts";

let server: TunedServer;
beforeAll(async () => {
  server = await startTunedServer();
});
afterAll(() => server.stop());

describe("upkeep", () => {
  it("finds dead rows, old statistics and a table that autovacuum leaves out", async () => {
    const database = await server.databaseWith(
      accounts,
      "analyze",
      "alter table accounts set (autovacuum_enabled = off)",
      "update accounts set state = 5",
    );
    expect(ids(await server.tuning(database))).toEqual([
      "autovacuum:public.accounts",
      "dead-rows:public.accounts",
      "stale-statistics:public.accounts",
    ]);
    await server.cure(database, "stale-statistics:public.accounts");
    await server.cure(database, "dead-rows:public.accounts");
    await server.cure(database, "autovacuum:public.accounts");
  });

  it("finds a table that was never analyzed", async () => {
    await server.cure(await server.databaseWith(accounts), "stale-statistics:public.accounts");
  });

  it("finds tables and indexes that are mostly air", async () => {
    const database = await server.databaseWith(
      "create extension pgstattuple",
      "create table notes (id int, text text) with (autovacuum_enabled = off)",
      "insert into notes select n, lpad(n::text, 200, 'x') from generate_series(1, 50000) n; create unique index notes_text on notes (text)",
      "delete from notes where id % 10 > 0",
      "alter table notes reset (autovacuum_enabled)",
      "vacuum (analyze) notes",
    );
    const report = await server.tuning(database);
    expect(ids(report).sort()).toEqual(["bloat:public.notes", "bloat:public.notes_text"]);
    expect(finding(report, "bloat:public.notes").risk).toContain("maintenance window");
    await server.cure(database, "bloat:public.notes_text");
    await server.query("reindex table notes", database);
    await server.cure(database, "bloat:public.notes");
  });

  it("finds sequences that run out, of the column or by themselves", async () => {
    const database = await server.databaseWith(
      "create table t (id int generated always as identity, n bigserial); create sequence free as int; create sequence round as int cycle",
      "select setval('t_id_seq', 1700000000), setval('t_n_seq', 1700000000), setval('free', 2000000000), setval('round', 2000000000)",
    );
    const report = await server.tuning(database);
    expect(ids(report)).toEqual(["sequence:public.free", "sequence:public.t_id_seq"]);
    expect(finding(report, "sequence:public.t_id_seq").how.kind).toBe("manual");
    expect(finding(report, "sequence:public.t_id_seq").why).toContain("public.t.id of type integer");
    await server.cure(database, "sequence:public.free");
  });

  it("finds transaction numbers that an old transaction holds", async () => {
    const own = await startTunedServer({ autovacuum_freeze_max_age: "100000" });
    const database = await own.databaseWith("create table t (a int)");
    const holder = new Client({ connectionString: own.url(database), application_name: "ledger" });
    await holder.connect();
    await holder.query("begin isolation level repeatable read; insert into t values (1)");
    await own.query(
      "do $$ begin for n in 1..155000 loop begin insert into t values (n); exception when others then null; end; end loop; end $$",
      database,
    );
    const found = finding(await own.tuning(database), `transaction-ids:${database}`);
    expect(found.why).toMatch(/autovacuum should begin at 100,000, .*\(ledger\) holds them since 2 d/);
    await holder.end();
    await own.cure(database, `transaction-ids:${database}`);
    await own.stop();
  });
});
