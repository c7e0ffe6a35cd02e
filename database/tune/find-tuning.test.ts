import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EndpointFacts } from "./endpoint-facts.ts";
import { accounts, entries, ids, modest, startTunedServer, type TunedServer } from "./testing/tuned-server.ts";

let server: TunedServer;
beforeAll(async () => {
  server = await startTunedServer();
});
afterAll(() => server.stop());

describe("findTuning", () => {
  it("has nothing to say about a healthy database", async () => {
    const database = await server.databaseWith(
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
    const { findings, undecided } = await server.tuning(database, healthy);
    expect({ findings, undecided }).toEqual({ findings: [], undecided: [] });
  });

  it("does not guess from young statistics", async () => {
    const database = await server.databaseWith(
      accounts,
      "create index accounts_state on accounts (state, id) with (fillfactor = 10)",
      "analyze",
      ...Array.from(
        { length: 6 },
        () => "do $$ begin for n in 1..10 loop perform 1 from accounts where owner = 'nobody'; end loop; end $$",
      ),
    );
    const report = await server.tuning(database, { ...modest, suspendSeconds: -1 }, 0);
    expect(report.findings).toEqual([]);
    expect(report.undecided.map(({ rule }) => rule)).toEqual([
      "missing-index",
      "unused-index",
      "sizing",
      "ceiling",
      "suspend",
    ]);
    const later = ids(await server.tuning(database));
    expect(later).toContain("unused-index:public.accounts_state");
    expect(later).toContain("missing-index:public.accounts");
  });
});
