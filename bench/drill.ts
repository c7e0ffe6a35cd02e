import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { generateBackupKeys } from "../database/backup/backup-keys.ts";
import { createBackup } from "../database/backup/create-backup.ts";
import { drill } from "../database/backup/drill.ts";
import { folderDestination } from "../database/backup/folder-destination.ts";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../database/testing/throwaway-postgres.ts";
import { type Benchmark, seconds } from "./report.ts";

/** Of the database, on disk and with its indexes; `CHITTYOPS_BENCH_DRILL_MIB=64` for a quick look. */
const mebibytes = Number(process.env.CHITTYOPS_BENCH_DRILL_MIB ?? 1024);

const migration = `
  create table account (id bigint generated always as identity primary key, name text not null, settings jsonb, created timestamptz default now());
  create table entry (
    id bigint generated always as identity primary key, account bigint not null references account, cents int not null, at timestamptz not null,
    reference uuid not null, words text
  );
  create index entry_account on entry (account, at);
  create table document (id bigint generated always as identity primary key, account bigint not null references account, content bytea)`;

/** About 8 MB: many narrow rows and a few wide ones, which hardly compress. */
const someRows = `
  insert into account (name, settings) select 'account ' || g, jsonb_build_object('number', g, 'tags', array['a', 'b']) from generate_series(1, 1000) g;
  insert into entry (account, cents, at, reference, words)
    select 1 + g % 1000, g, now() - g * interval '1 second', gen_random_uuid(), 'paid for ' || md5(g::text) from generate_series(1, 30000) g;
  insert into document (account, content)
    select 1 + g, decode((select string_agg(md5(random()::text), '') from generate_series(1, 600) where g > 0), 'hex') from generate_series(1, 200) g`;

/** How long a database takes to come back, and how old it is then. */
export const restoreDrill: Benchmark = {
  name: "drill",
  run: async (progress) => {
    const postgres = await startThrowawayPostgres();
    const folder = mkdtempSync(join(tmpdir(), "drill-"));
    try {
      return await measure(postgres, folder, progress);
    } finally {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(postgres: ThrowawayPostgres, folder: string, progress: (line: string) => void) {
  await postgres.query("create role app_owner login nosuperuser");
  const connectTo = (database: string) => async () => {
    const client = new Client({ connectionString: postgres.url(database, "app_owner") });
    await client.connect();
    return client;
  };
  const migrateIn = (database: string) => async (migrations: readonly { sql: string }[]) => {
    const client = await connectTo(database)();
    for (const { sql } of migrations) await client.query(sql);
    await client.end();
  };
  const make = async (database: string) => {
    await postgres.query(`create database ${database} owner app_owner`);
    return { connect: connectTo(database), migrate: migrateIn(database) };
  };

  const { connect, migrate } = await make("finance");
  await migrate([{ sql: migration }]);
  const filling = await connect();
  const sizeOf = async () =>
    (await filling.query("select pg_database_size(current_database())::float8 as size")).rows[0].size;
  while ((await sizeOf()) < mebibytes * 2 ** 20) await filling.query(someRows);
  const size = await sizeOf();
  await filling.end();
  progress(`filled: ${(size / 2 ** 20).toFixed(0)} MiB`);

  const keys = await generateBackupKeys();
  const destination = folderDestination(join(folder, "backups"));
  const common = { name: "bench/finance", destination, progress };
  const begun = performance.now();
  const { manifest } = await createBackup({
    ...common,
    connect,
    recipients: [keys.recipient],
    signingKey: keys.signingKey,
    schema: async () => ({ migrations: [{ name: "0001.sql", checksum: "", sql: migration }], outside: [] }),
  });
  const backedUp = performance.now() - begun;
  const { report } = await drill({
    ...common,
    identities: [keys.identity],
    verificationKeys: [keys.verificationKey],
    scratch: async () => ({
      ...(await make("scratch")),
      remove: async () => void (await postgres.query("drop database scratch")),
    }),
    objectives: { recoveryPoint: Number.MAX_SAFE_INTEGER, recoveryTime: Number.MAX_SAFE_INTEGER },
    reportFolder: join(folder, "reports"),
  });
  if (!report.recoveryTime || !report.recoveryPoint || !report.passed) throw new Error(report.problems.join("\n"));
  const { rows, tables, bytes, storedBytes } = manifest.totals;
  const mega = (count: number) => `${(count / 1e6).toFixed(0)} MB`;
  const peak = process.resourceUsage().maxRSS * 1024;
  return {
    title: `Backup and drill of ${(size / 2 ** 30).toFixed(2)} GiB`,
    how: `${rows} rows in ${tables} tables, ${mega(bytes)} as text; one Postgres on the same cores, which does not sync to its disk. The backup goes into a folder; the drill restores it as the owner, with two foreign keys and three indexes besides the primary keys' own, and compares every row. The recovery point is that of a drill right after the backup.`,
    rows: [
      { what: "backup", value: seconds(backedUp) },
      { what: "stored, compressed and encrypted", value: mega(storedBytes) },
      { what: "recovery time", value: seconds(report.recoveryTime.value * 1000) },
      { what: "recovery point", value: seconds(report.recoveryPoint.value * 1000) },
      { what: "peak memory of the process", value: mega(peak) },
    ],
  };
}
