import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConnectionFailed } from "../connection-failed.ts";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { connectionTo } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { MigrationInterrupted } from "./migration-failed.ts";
import { type Break, startBreakingProxy } from "./testing/breaking-proxy.ts";
import { folderOf } from "./testing/folder.ts";

let postgres: ThrowawayPostgres;
let databases = 0;
beforeAll(async () => {
  postgres = await startThrowawayPostgres();
});
afterAll(() => postgres.stop());

const seed = Number(process.env.CHITTYOPS_TEST_SEED);
const timeout = 900_000;
const full = process.env.CHITTYOPS_TEST_FULL === "1";

/** What a file does besides writing its number into the journal, which has no constraint that would hide a second run. */
const kinds = ["one statement", "three statements", "contract", "index"] as const;
const folders = fc.array(fc.constantFrom(...kinds), { minLength: 2, maxLength: 6 });

function filesOf(folder: readonly (typeof kinds)[number][]): Record<string, string> {
  const file = (kind: (typeof kinds)[number], number: number) => {
    const record = `insert into journal (number) values (${number});`;
    if (kind === "index")
      return `-- chittyops: transaction=off\ncreate index concurrently index_${number} on journal (number);`;
    if (kind === "contract") return `-- chittyops: phase=contract\n${record}`;
    return kind === "one statement" ? record : `select 1; ${record} select 2;`;
  };
  return Object.fromEntries(folder.map((kind, index) => [`${1000 + index}_m.sql`, file(kind, 1000 + index)]));
}

/** Each migration happened once, and in order. */
async function proveExactlyOnce(name: string, folder: readonly (typeof kinds)[number][]): Promise<void> {
  const numbers = folder.map((_, index) => 1000 + index);
  const rows = (sql: string) => postgres.query(sql, name);
  const journal = await rows("select number from journal order by id");
  expect(journal.map((row) => row.number)).toEqual(numbers.filter((_, index) => folder[index] !== "index"));
  const records = await rows(
    "select number::int from chittyops.migrations where state = 'applied' order by applied_at",
  );
  expect(records.map((row) => row.number)).toEqual(numbers);
  const indexes = await rows(
    "select c.relname as name from pg_index x join pg_class c on c.oid = indexrelid where indisvalid and c.relname like 'index%' order by 1",
  );
  expect(indexes.map((row) => row.name)).toEqual(
    numbers.filter((_, index) => folder[index] === "index").map((number) => `index_${number}`),
  );
}

async function newDatabase(): Promise<string> {
  const name = `once_${++databases}`;
  await postgres.createDatabase(name);
  await postgres.query("create table journal (id bigint generated always as identity, number int not null)", name);
  return name;
}

it("applies each migration once and in order, wherever connections are lost, with one runner or two", {
  timeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      folders,
      fc.dictionary(fc.integer({ min: 1, max: 60 }).map(String), fc.constantFrom<Break>("lost", "answer lost"), {
        maxKeys: 4,
      }),
      fc.integer({ min: 1, max: 2 }),
      async (folder, breaks, runners) => {
        const name = await newDatabase();
        const path = folderOf(filesOf(folder));
        const proxy = await startBreakingProxy(
          postgres.port,
          new Map(Object.entries(breaks).map(([message, how]) => [Number(message), how])),
        );
        const connection = connectionTo(`postgresql://postgres@127.0.0.1:${proxy.port}/${name}`);
        const runUntilDone = async () => {
          for (;;) {
            try {
              return await migrate({ connection, folder: path, phase: "contract", contractAllowed: { ok: true } });
            } catch (error) {
              // As the next `up` would: there are fewer breaks than tries.
              if (!(error instanceof MigrationInterrupted) && !(error instanceof ConnectionFailed)) throw error;
            }
          }
        };
        const results = await Promise.all(Array.from({ length: runners }, runUntilDone));
        expect(results.flatMap(({ applied }) => applied).length).toBeLessThanOrEqual(folder.length);
        await proveExactlyOnce(name, folder);
        await proxy.close();
      },
    ),
    { numRuns: full ? 150 : 12, seed },
  );
});

it("applies each migration once and in order, wherever its process is killed", { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(
      folders,
      fc.array(fc.tuple(fc.integer({ min: 5, max: 30 }), fc.constantFrom<Break>("kill before", "kill after")), {
        minLength: 1,
        maxLength: 2,
      }),
      async (folder, kills) => {
        const name = await newDatabase();
        const path = folderOf(filesOf(folder));
        for (const [message, how] of [...kills, undefined].map((kill) => kill ?? ([0, "lost"] as const))) {
          const started: { child?: ChildProcess } = {};
          const proxy = await startBreakingProxy(postgres.port, new Map([[message, how]]), () => {
            started.child?.kill("SIGKILL");
          });
          const child = spawn(process.execPath, [join(import.meta.dirname, "testing", "run-migrate.ts"), path], {
            env: { ...process.env, DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/${name}` },
            stdio: "ignore",
          });
          started.child = child;
          const [code, signal] = await once(child, "exit");
          if (signal !== "SIGKILL") expect(code).toBe(0);
          await proxy.close();
        }
        await proveExactlyOnce(name, folder);
      },
    ),
    { numRuns: full ? 40 : 3, seed },
  );
});
