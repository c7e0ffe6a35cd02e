import { Client } from "pg";
import { expect } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../../testing/throwaway-postgres.ts";
import type { DatabaseActivity } from "../activity/activity.ts";
import { readActivity } from "../activity/read-activity.ts";
import { applyTuning } from "../apply-tuning.ts";
import type { EndpointFacts } from "../endpoint-facts.ts";
import { day } from "../figures.ts";
import { findTuning, type TuningReport } from "../find-tuning.ts";
import type { Finding } from "../finding.ts";

export const modest: EndpointFacts = { minCu: 0.25, maxCu: 2, suspendSeconds: 300, pooled: true };

export const ids = ({ findings }: TuningReport) => findings.map(({ id }) => id);
export function finding(report: TuningReport, id: string): Finding {
  return report.findings.find((found) => found.id === id) ?? expect.unreachable(`${id} is not among ${ids(report)}`);
}

export const accounts = `
  create table accounts (id int generated always as identity primary key, owner text not null, state int not null);
  insert into accounts (owner, state) select 'owner ' || n, n % 2 from generate_series(1, 12000) n;`;
export const entries = `
  create table entries (id bigint generated always as identity primary key, account int not null references accounts, amount int not null);
  insert into entries (account, amount) select 1 + n % 12000, n from generate_series(1, 12000) n;`;

export interface TunedServer extends ThrowawayPostgres {
  /** A database of its own in which the statements ran, each in a session that has told its statistics. */
  databaseWith(...statements: string[]): Promise<string>;
  withClient<Result>(database: string, work: (client: Client) => Promise<Result>): Promise<Result>;
  /** What a database has been doing, as seen so many seconds later; two days unless said, when nothing is too young to be judged. */
  activity(database: string, later?: number): Promise<DatabaseActivity>;
  tuning(database: string, endpoint?: EndpointFacts, later?: number): Promise<TuningReport>;
  /** Applies a finding for real, looks again, and expects it gone. */
  cure(database: string, id: string): Promise<void>;
}

export async function startTunedServer(settings: Record<string, string> = {}): Promise<TunedServer> {
  const postgres = await startThrowawayPostgres({ autovacuum_naptime: "1d", ...settings });
  let made = 0;
  const server: TunedServer = {
    ...postgres,
    async databaseWith(...statements) {
      const name = `tuned_${made++}`;
      await postgres.createDatabase(name);
      for (const statement of statements) await postgres.query(statement, name);
      return name;
    },
    async withClient(database, work) {
      const client = new Client({ connectionString: postgres.url(database) });
      await client.connect();
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    },
    async activity(database, later = 2 * day) {
      const activity = await server.withClient(database, readActivity);
      return { ...activity, now: new Date(activity.takenAt.getTime() + later * 1_000) };
    },
    tuning: async (database, endpoint = modest, later) => findTuning(await server.activity(database, later), endpoint),
    async cure(database, id) {
      const found = finding(await server.tuning(database), id);
      expect(found.how.kind).toBe("sql");
      const applied = await server.withClient(database, (client) =>
        applyTuning([found], {
          sql: (statement) => client.query(statement),
          updateEndpoint: () => expect.unreachable(),
        }),
      );
      expect(applied).toEqual([{ id, state: "applied" }]);
      expect(ids(await server.tuning(database))).not.toContain(id);
    },
  };
  return server;
}
