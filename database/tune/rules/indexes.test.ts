import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounts, entries, finding, ids, startTunedServer, type TunedServer } from "../testing/tuned-server.ts";

let server: TunedServer;
beforeAll(async () => {
  server = await startTunedServer({ shared_preload_libraries: "pg_stat_statements" });
});
afterAll(() => server.stop());

describe("indexes", () => {
  it("finds an index that was never used, and none that something stands on", async () => {
    const database = await server.databaseWith(
      accounts,
      entries,
      "create index entries_amount on entries (amount) with (fillfactor = 10)",
      "create unique index entries_unique on entries (amount, id) with (fillfactor = 10)",
      "create index entries_account on entries (account) with (fillfactor = 10)",
      "alter table entries add constraint entries_apart exclude using btree (amount with =, id with =)",
      "analyze",
    );
    const report = await server.tuning(database);
    expect(ids(report).filter((id) => id.startsWith("unused-index"))).toEqual([]);
    expect(finding(report, "redundant-index:public.entries_amount").what).toContain("the beginning of");
    await server.query("drop index entries_unique; alter table entries drop constraint entries_apart", database);
    const found = finding(await server.tuning(database), "unused-index:public.entries_amount");
    expect(found.why).toMatch(/0 scans since .*\(2 d\)/);
    expect(found.how).toMatchObject({ changesSchema: true });
    await server.cure(database, "unused-index:public.entries_amount");
  });

  it("finds an index that another one contains, whatever their names", async () => {
    const database = await server.databaseWith(
      accounts,
      `create index a_twin on accounts (owner); create index b_twin on accounts (owner);
       create index different on accounts (owner desc); create index lower_owner on accounts (lower(owner));
       create index partly on accounts (owner) where state = 1; create index hashed on accounts using hash (owner);
       create index wider on accounts (state, owner); create index narrow on accounts (state);
       create index including on accounts (state) include (id)`,
      "analyze",
    );
    const redundant = ids(await server.tuning(database)).filter((id) => id.startsWith("redundant-index"));
    expect(redundant).toEqual(["redundant-index:public.a_twin", "redundant-index:public.narrow"]);
    await server.cure(database, "redundant-index:public.a_twin");
    await server.cure(database, "redundant-index:public.narrow");
  });

  it("finds what a failed concurrent build left behind", async () => {
    const database = await server.databaseWith("create table t (a int); insert into t values (1), (1)");
    await expect(server.query("create unique index concurrently broken on t (a)", database)).rejects.toThrow(
      "could not create",
    );
    await server.query("delete from t where ctid = '(0,1)'", database);
    await server.cure(database, "broken-index:public.broken");
  });

  it("proposes the index that the statements ask for", async () => {
    const database = await server.databaseWith(
      "create extension pg_stat_statements",
      accounts,
      "analyze",
      ...["owner = 'owner 7' and state = 1", "state = 0", "owner like 'x%'"].map(
        (where) => `do $$ begin for n in 1..30 loop perform 1 from accounts where ${where}; end loop; end $$`,
      ),
      "select id from accounts where owner = 'owner 7' and state = 1",
    );
    const found = finding(await server.tuning(database), "missing-index:public.accounts");
    expect(found.why).toContain("ask by owner");
    expect(found.how).toEqual({
      kind: "sql",
      statements: ['create index concurrently on public.accounts ("owner")'],
      changesSchema: true,
    });
    await server.query('create index concurrently on public.accounts ("owner")', database);
    const plan = await server.query("explain select id from accounts where owner = 'owner 7' and state = 1", database);
    expect(JSON.stringify(plan)).toContain("accounts_owner_idx");
    // The scans of before still count, but nothing more is proposed.
    expect(finding(await server.tuning(database), "missing-index:public.accounts").how.kind).toBe("manual");
  });

  it("finds a foreign key without an index, on big tables only", async () => {
    const database = await server.databaseWith(
      accounts,
      entries,
      "create table small (account int references accounts); insert into small values (1)",
      "analyze",
    );
    const report = await server.tuning(database);
    expect(ids(report)).toEqual(["foreign-key-index:public.entries.entries_account_fkey"]);
    await server.cure(database, "foreign-key-index:public.entries.entries_account_fkey");
  });
});
