import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, connectionTo } from "../database/migrations/connection.ts";
import { migrate } from "../database/migrations/migrate.ts";
import { startThrowawayPostgres } from "../database/testing/throwaway-postgres.ts";
import { type Benchmark, median, ratio } from "./report.ts";

const rounds = 31;
const files = 200;

/** What it costs to find out that there is nothing to do, against the least that any look at a database costs. */
export const migrations: Benchmark = {
  name: "migrations",
  run: async (progress) => {
    const postgres = await startThrowawayPostgres();
    const folder = await mkdtemp(join(tmpdir(), "chittyops-bench-migrations-"));
    try {
      for (let number = 1; number <= files; number++) {
        const name = `${String(number).padStart(4, "0")}_invoices.sql`;
        await writeFile(
          join(folder, name),
          `${"-- what it is for\n".repeat(20)}create table invoices_${number} (id bigint);\n`,
        );
      }
      const connection = connectionTo(postgres.url());
      const upToDate = () =>
        migrate({ connection, folder, phase: "contract", contractAllowed: { ok: true } }).then(
          ({ applied }) => applied.length,
        );
      const whole = await time(upToDate);
      progress(`applied ${files} files in ${whole.toFixed(0)} ms`);
      const nothing: number[] = [];
      const least: number[] = [];
      for (let round = 0; round < rounds; round++) {
        least.push(await time(() => connectAndAsk(connection)));
        nothing.push(await time(upToDate));
      }
      const times = median(nothing) / median(least);
      return {
        title: "Migrations",
        how: `${files} files against a throwaway Postgres 18 on loopback without TLS, where a connection is cheapest; medians of ${rounds}.`,
        rows: [
          { what: `${files} files, all pending`, value: `${whole.toFixed(0)} ms` },
          { what: "a connection and one query", value: `${median(least).toFixed(1)} ms` },
          { what: `${files} files, all applied`, value: `${median(nothing).toFixed(1)} ms` },
          {
            what: "the last two compared",
            value: ratio(median(nothing), median(least)),
            aim: "at most 2 times",
            met: times <= 2,
          },
        ],
      };
    } finally {
      await postgres.stop();
      await rm(folder, { recursive: true });
    }
  },
};

async function connectAndAsk(connection: Connection): Promise<void> {
  const client = await connection.open();
  await client.query("select 1");
  await client.end();
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
