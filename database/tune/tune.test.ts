import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { readActivity } from "./activity/read-activity.ts";
import { applyTuning } from "./apply-tuning.ts";
import type { EndpointFacts } from "./endpoint-facts.ts";
import { day } from "./figures.ts";
import { findTuning, type TuningReport } from "./find-tuning.ts";
import type { EndpointChange, Finding } from "./finding.ts";

let postgres: ThrowawayPostgres;
beforeAll(async () => {
  postgres = await startThrowawayPostgres({
    shared_preload_libraries: "pg_stat_statements",
    max_connections: "20",
    autovacuum_naptime: "1d",
  });
});
afterAll(() => postgres.stop());

const modest: EndpointFacts = { minCu: 0.25, maxCu: 2, suspendSeconds: 300, pooled: true };
let made = 0;

/** A database of its own in which the statements ran, each in a session that has told its statistics. */
async function databaseWith(...statements: string[]): Promise<string> {
  const name = `tuned_${made++}`;
  await postgres.createDatabase(name);
  for (const statement of statements) await postgres.query(statement, name);
  return name;
}

/** @param database a name, or the whole URL where it is on another server. */
async function withClient<Result>(database: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: database.includes(":") ? database : postgres.url(database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What is found so many seconds later; two days unless said, when nothing is too young to be judged. */
async function tuning(database: string, endpoint = modest, later = 2 * day): Promise<TuningReport> {
  return await withClient(database, async (client) => {
    const activity = await readActivity(client);
    return findTuning({ ...activity, now: new Date(activity.takenAt.getTime() + later * 1_000) }, endpoint);
  });
}

const ids = ({ findings }: TuningReport) => findings.map(({ id }) => id);
function finding(report: TuningReport, id: string): Finding {
  return report.findings.find((found) => found.id === id) ?? expect.unreachable(`${id} is not among ${ids(report)}`);
}
const undecided = ({ undecided }: TuningReport) => undecided.map(({ rule }) => rule);

/** Applies a finding for real, looks again, and expects it gone. */
async function cure(database: string, id: string, endpoint = modest): Promise<void> {
  const found = finding(await tuning(database, endpoint), id);
  expect(found.how.kind).toBe("sql");
  const applied = await withClient(database, (client) =>
    applyTuning([found], { sql: (statement) => client.query(statement), updateEndpoint: () => expect.unreachable() }),
  );
  expect(applied).toEqual([{ id, state: "applied" }]);
  expect(ids(await tuning(database, endpoint))).not.toContain(id);
}

const accounts = `
  create table accounts (id int generated always as identity primary key, owner text not null, state int not null);
  insert into accounts (owner, state) select 'owner ' || n, n % 2 from generate_series(1, 12000) n;`;
const entries = `
  create table entries (id bigint generated always as identity primary key, account int not null references accounts, amount int not null);
  insert into entries (account, amount) select 1 + n % 12000, n from generate_series(1, 12000) n;`;

describe("findTuning", () => {
  it("has nothing to say about a healthy database", async () => {
    const database = await databaseWith(
      accounts,
      entries,
      "create index entries_account on entries (account); create index accounts_owner on accounts (owner)",
      "analyze",
      `set enable_seqscan = off; do $$ begin for n in 1..20000 loop
         perform 1 from entries where account = n; perform 1 from accounts where owner = 'owner ' || n; end loop; end $$`,
      "create sequence plenty; select setval('plenty', 1000)",
    );
    const healthy: EndpointFacts = {
      ...modest,
      consumption: [
        { start: "2026-11-01T00:00:00Z", end: "2026-11-02T00:00:00Z", activeSeconds: 40_000, computeSeconds: 20_000 },
      ],
      starts: { since: "2020-01-01T00:00:00Z", count: 10 },
    };
    const { findings, undecided } = await tuning(database, healthy);
    expect({ findings, undecided }).toEqual({ findings: [], undecided: [] });
  });

  it("does not guess from young statistics", async () => {
    const database = await databaseWith(
      accounts,
      "create index accounts_state on accounts (state, id) with (fillfactor = 10)",
      "analyze",
      ...Array.from(
        { length: 6 },
        () => "do $$ begin for n in 1..10 loop perform 1 from accounts where owner = 'nobody'; end loop; end $$",
      ),
    );
    const report = await tuning(database, { ...modest, suspendSeconds: -1 }, 0);
    expect(report.findings).toEqual([]);
    expect(undecided(report)).toEqual(["missing-index", "unused-index", "sizing", "ceiling", "suspend"]);
    const later = ids(await tuning(database));
    expect(later).toContain("unused-index:public.accounts_state");
    expect(later).toContain("missing-index:public.accounts");
  });

  it("finds an index that was never used, and none that something stands on", async () => {
    const database = await databaseWith(
      accounts,
      entries,
      "create index entries_amount on entries (amount) with (fillfactor = 10)",
      "create unique index entries_unique on entries (amount, id) with (fillfactor = 10)",
      "create index entries_account on entries (account) with (fillfactor = 10)",
      "alter table entries add constraint entries_apart exclude using btree (amount with =, id with =)",
      "analyze",
    );
    const report = await tuning(database);
    expect(ids(report).filter((id) => id.startsWith("unused-index"))).toEqual([]);
    expect(finding(report, "redundant-index:public.entries_amount").what).toContain("the beginning of");
    await postgres.query("drop index entries_unique; alter table entries drop constraint entries_apart", database);
    const found = finding(await tuning(database), "unused-index:public.entries_amount");
    expect(found.why).toMatch(/0 scans since .*\(2 d\)/);
    expect(found.how).toMatchObject({ changesSchema: true });
    await cure(database, "unused-index:public.entries_amount");
  });

  it("finds an index that another one contains, whatever their names", async () => {
    const database = await databaseWith(
      accounts,
      `create index a_twin on accounts (owner); create index b_twin on accounts (owner);
       create index different on accounts (owner desc); create index lower_owner on accounts (lower(owner));
       create index partly on accounts (owner) where state = 1; create index hashed on accounts using hash (owner);
       create index wider on accounts (state, owner); create index narrow on accounts (state);
       create index including on accounts (state) include (id)`,
      "analyze",
    );
    const redundant = ids(await tuning(database)).filter((id) => id.startsWith("redundant-index"));
    expect(redundant).toEqual(["redundant-index:public.a_twin", "redundant-index:public.narrow"]);
    await cure(database, "redundant-index:public.a_twin");
    await cure(database, "redundant-index:public.narrow");
  });

  it("finds what a failed concurrent build left behind", async () => {
    const database = await databaseWith("create table t (a int); insert into t values (1), (1)");
    await expect(postgres.query("create unique index concurrently broken on t (a)", database)).rejects.toThrow(
      "could not create",
    );
    await postgres.query("delete from t where ctid = '(0,1)'", database);
    await cure(database, "broken-index:public.broken");
  });

  it("proposes the index that the statements ask for", async () => {
    const database = await databaseWith(
      "create extension pg_stat_statements",
      accounts,
      "analyze",
      ...["owner = 'owner 7' and state = 1", "state = 0", "owner like 'x%'"].map(
        (where) => `do $$ begin for n in 1..30 loop perform 1 from accounts where ${where}; end loop; end $$`,
      ),
      "select id from accounts where owner = 'owner 7' and state = 1",
    );
    const found = finding(await tuning(database), "missing-index:public.accounts");
    expect(found.why).toContain("ask by owner");
    expect(found.how).toEqual({
      kind: "sql",
      statements: ['create index concurrently on public.accounts ("owner")'],
      changesSchema: true,
    });
    await withClient(database, (client) =>
      applyTuning([found], { sql: (statement) => client.query(statement), updateEndpoint: () => expect.unreachable() }),
    );
    const plan = await postgres.query(
      "explain select id from accounts where owner = 'owner 7' and state = 1",
      database,
    );
    expect(JSON.stringify(plan)).toContain("accounts_owner_idx");
    // The scans of before still count, but nothing more is proposed.
    expect(finding(await tuning(database), "missing-index:public.accounts").how.kind).toBe("manual");
  });

  it("finds a foreign key without an index, on big tables only", async () => {
    const database = await databaseWith(
      accounts,
      entries,
      "create table small (account int references accounts); insert into small values (1)",
      "analyze",
    );
    const report = await tuning(database);
    expect(ids(report)).toEqual(["foreign-key-index:public.entries.entries_account_fkey"]);
    await cure(database, "foreign-key-index:public.entries.entries_account_fkey");
  });

  it("finds dead rows, old statistics and a table that autovacuum leaves out", async () => {
    const database = await databaseWith(
      accounts,
      "analyze",
      "alter table accounts set (autovacuum_enabled = off)",
      "update accounts set state = 5",
    );
    expect(ids(await tuning(database))).toEqual([
      "autovacuum:public.accounts",
      "dead-rows:public.accounts",
      "stale-statistics:public.accounts",
    ]);
    await cure(database, "stale-statistics:public.accounts");
    await cure(database, "dead-rows:public.accounts");
    await cure(database, "autovacuum:public.accounts");
  });

  it("finds a table that was never analyzed", async () => {
    await cure(await databaseWith(accounts), "stale-statistics:public.accounts");
  });

  it("finds tables and indexes that are mostly air", async () => {
    const database = await databaseWith(
      "create extension pgstattuple",
      "create table notes (id int, text text) with (autovacuum_enabled = off)",
      "insert into notes select n, lpad(n::text, 200, 'x') from generate_series(1, 50000) n; create unique index notes_text on notes (text)",
      "delete from notes where id % 10 > 0",
      "alter table notes reset (autovacuum_enabled)",
      "vacuum (analyze) notes",
    );
    const report = await tuning(database);
    expect(ids(report).sort()).toEqual(["bloat:public.notes", "bloat:public.notes_text"]);
    expect(finding(report, "bloat:public.notes").risk).toContain("maintenance window");
    await cure(database, "bloat:public.notes_text");
    await postgres.query("reindex table notes", database);
    await cure(database, "bloat:public.notes");
  });

  it("finds sequences that run out, of the column or by themselves", async () => {
    const database = await databaseWith(
      "create table t (id int generated always as identity, n bigserial); create sequence free as int; create sequence round as int cycle",
      "select setval('t_id_seq', 1700000000), setval('t_n_seq', 1700000000), setval('free', 2000000000), setval('round', 2000000000)",
    );
    const report = await tuning(database);
    expect(ids(report)).toEqual(["sequence:public.free", "sequence:public.t_id_seq"]);
    expect(finding(report, "sequence:public.t_id_seq").how.kind).toBe("manual");
    expect(finding(report, "sequence:public.t_id_seq").why).toContain("public.t.id of type integer");
    await cure(database, "sequence:public.free");
  });

  it("finds a forgotten transaction and ends it, and sessions that nothing ends", async () => {
    const database = await databaseWith("create table t (a int)");
    const forgotten = new Client({ connectionString: postgres.url(database), application_name: "forgetful" });
    forgotten.on("error", () => undefined);
    await forgotten.connect();
    await forgotten.query("begin; insert into t values (1)");
    const early = await tuning(database, modest, 1);
    expect(ids(early)).toEqual([]);
    const report = await tuning(database);
    const [transaction] = report.findings.filter(({ rule }) => rule === "long-transaction");
    expect(transaction?.why).toMatch(/idle in transaction, since 2 d; vacuum cannot/);
    expect(transaction?.what).toContain("forgetful");
    await cure(database, "idle-in-transaction:timeout");
    await cure(database, transaction?.id ?? "");
    expect(await postgres.query("select * from t", database)).toEqual([]);
  });

  it("finds that connections run out, and names who has them", async () => {
    const database = await databaseWith();
    const clients = Array.from(
      { length: 14 },
      () => new Client({ connectionString: postgres.url(database), application_name: "hoarder" }),
    );
    await Promise.all(clients.map((client) => client.connect()));
    const direct = finding(await tuning(database, { ...modest, pooled: false }), "connections:limit");
    expect(direct.why).toMatch(/^15 of 17 .*hoarder 14/);
    expect(direct.proposed).toContain("pooled");
    const pooled = finding(await tuning(database), "connections:limit");
    expect(pooled.how).toEqual({
      kind: "endpoint",
      change: { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 4 },
    });
    await Promise.all(clients.map((client) => client.end()));
    await expect.poll(async () => ids(await tuning(database))).toEqual([]);
  });

  it("finds that sessions are opened all the time", async () => {
    const database = await databaseWith(...Array.from({ length: 30 }, () => "select 1"));
    const direct = { ...modest, pooled: false };
    expect(ids(await tuning(database, direct))).toEqual([]);
    // As if an hour had passed since thirty sessions a second came: the figure is what counts.
    const busy = await withClient(database, async (client) => {
      const activity = await readActivity(client);
      expect(activity.sessionsOpened).toBeGreaterThanOrEqual(30);
      return findTuning(
        { ...activity, sessionsOpened: 2 * 3_600 * 2, now: new Date(activity.statisticsSince.getTime() + 7_200_000) },
        direct,
      );
    });
    expect(ids(busy)).toContain("connections:churn");
  });

  it("finds a compute larger than what is asked of it, and one that never sleeps", async () => {
    const database = await databaseWith(
      "create table wide with (fillfactor = 10) as select n, repeat('x', 500) as text from generate_series(1, 1500) n",
      "analyze",
      "do $$ begin for n in 1..80 loop perform count(*) from wide; end loop; end $$",
    );
    const report = await tuning(database, { minCu: 4, maxCu: 8, suspendSeconds: -1, pooled: true });
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
    const database = await databaseWith();
    const since = new Date(Date.now() - 2 * day * 1_000).toISOString();
    const report = await tuning(database, {
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
});

describe("on a server of its own", () => {
  it("finds transaction numbers that an old transaction holds", async () => {
    const server = await startThrowawayPostgres({ autovacuum_freeze_max_age: "100000" });
    await server.query("create table t (a int)");
    const holder = new Client({ connectionString: server.url(), application_name: "ledger" });
    await holder.connect();
    await holder.query("begin isolation level repeatable read; insert into t values (1)");
    await server.query(
      "do $$ begin for n in 1..155000 loop begin insert into t values (n); exception when others then null; end; end loop; end $$",
    );
    const found = finding(await tuning(server.url()), "transaction-ids:postgres");
    expect(found.why).toMatch(/autovacuum should begin at 100,000, .*\(ledger\) holds them since 2 d/);
    await holder.end();
    await cure(server.url(), "transaction-ids:postgres");
    await server.stop();
  });

  it("finds a cache that is too small, and that autovacuum is off", async () => {
    const small = await startThrowawayPostgres({ shared_buffers: "1MB", autovacuum: "off" });
    await small.query(
      "create table big with (fillfactor = 10) as select n, repeat('x', 500) as text from generate_series(1, 1500) n",
    );
    await small.query("analyze");
    await small.query("do $$ begin for n in 1..70 loop perform count(*) from big; end loop; end $$");
    const activity = await withClient(small.url(), readActivity);
    await small.stop();
    const now = new Date(activity.takenAt.getTime() + 2 * day * 1_000);
    // So little memory nobody sells; but it is less than the table has, as it would be with a table of gigabytes.
    const report = findTuning({ ...activity, now }, { ...modest, minCu: 0.003, maxCu: 0.003 });
    expect(finding(report, "sizing:cache").how).toEqual({
      kind: "endpoint",
      change: { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 0.25 },
    });
    expect(finding(report, "autovacuum:server").how).toEqual({
      kind: "endpoint",
      change: { settings: { pg_settings: { autovacuum: "on" } } },
    });
    // The same misses with memory enough are a cold cache.
    expect(ids(findTuning({ ...activity, now }, modest))).toEqual(["autovacuum:server"]);
  });
});

describe("applyTuning", () => {
  const base = { rule: "r", what: "", why: "", now: "", proposed: "", risk: "" };
  const sql = (id: string, ...statements: string[]): Finding => ({
    ...base,
    id,
    how: { kind: "sql", statements, changesSchema: false },
  });
  const endpoint = (id: string, change: EndpointChange): Finding => ({
    ...base,
    id,
    how: { kind: "endpoint", change },
  });

  it("goes on after a failure and changes the endpoint last, in one call", async () => {
    const done: unknown[] = [];
    const applied = await applyTuning(
      [
        endpoint("a", { autoscaling_limit_min_cu: 0.5, autoscaling_limit_max_cu: 2 }),
        sql("b", "select 1/0", "never"),
        endpoint("c", { autoscaling_limit_min_cu: 1, settings: { pg_settings: { autovacuum: "on" } } }),
        sql("d", "select 1", "select 2"),
        { ...base, id: "e", how: { kind: "manual", advice: "do it" } },
      ],
      {
        async sql(statement) {
          done.push(statement);
          if (statement === "select 1/0") throw new Error("division by zero");
        },
        updateEndpoint: async (change) => void done.push(change),
      },
    );
    expect(done).toEqual([
      "select 1/0",
      "select 1",
      "select 2",
      { autoscaling_limit_min_cu: 1, autoscaling_limit_max_cu: 2, settings: { pg_settings: { autovacuum: "on" } } },
    ]);
    expect(applied).toEqual([
      { id: "a", state: "applied" },
      { id: "b", state: "failed", message: "division by zero" },
      { id: "c", state: "applied" },
      { id: "d", state: "applied" },
      { id: "e", state: "manual", message: "do it" },
    ]);
  });
});
