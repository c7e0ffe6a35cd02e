import { afterAll, beforeAll } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../../testing/throwaway-postgres.ts";
import { type Connection, connectionTo } from "../connection.ts";
import { type MigrateOptions, type MigrateResult, type MigrationEvent, migrate } from "../migrate.ts";

export interface MigratedDatabase {
  name: string;
  connection: Connection;
  /** Expand phase, contract not allowed, short timeouts. */
  run(folder: string, options?: Partial<MigrateOptions>): Promise<MigrateResult>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/** A Postgres for the tests of one file, and a new database for each that asks. */
export function postgresForTests(): { server(): ThrowawayPostgres; database(): Promise<MigratedDatabase> } {
  let postgres: ThrowawayPostgres | undefined;
  let databases = 0;
  beforeAll(async () => {
    postgres = await startThrowawayPostgres();
  });
  afterAll(() => postgres?.stop());
  const server = () => {
    if (postgres === undefined) throw new Error("Postgres starts before the first test.");
    return postgres;
  };
  return {
    server,
    async database() {
      const name = `database_${++databases}`;
      const connection = connectionTo(await server().createDatabase(name));
      return {
        name,
        connection,
        run: (folder, options) =>
          migrate({
            connection,
            folder,
            phase: "expand",
            contractAllowed: { ok: false, why: "version 7 is live" },
            ...options,
          }),
        query: (sql) => server().query(sql, name),
      };
    },
  };
}

/** An event that a test waits for: pass `onProgress`, await `seen`. */
export function firstEvent(wanted: (event: MigrationEvent) => boolean): {
  seen: Promise<MigrationEvent>;
  onProgress: (event: MigrationEvent) => void;
} {
  const { promise, resolve } = Promise.withResolvers<MigrationEvent>();
  return { seen: promise, onProgress: (event) => wanted(event) && resolve(event) };
}

/** What it was rejected with. @throws Error when it was not */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("It was not rejected.");
}
