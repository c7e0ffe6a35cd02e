import { DatabaseSync } from "node:sqlite";
import type { ObjectStorage } from "../object-storage.ts";

/** A Durable Object's storage over SQLite in memory. What is written stays when the object that used it is thrown away. */
export interface MemoryStorage extends ObjectStorage {
  alarm: number | null;
}

export function memoryStorage(): MemoryStorage {
  const database = new DatabaseSync(":memory:");
  const storage: MemoryStorage = {
    alarm: null,
    sql: {
      exec<T>(query: string, ...bindings: (string | number | null)[]) {
        const rows = database.prepare(query).all(...bindings) as T[];
        return { toArray: () => rows };
      },
    },
    transactionSync(work) {
      // One may be inside another, as in a Durable Object.
      database.exec("SAVEPOINT work");
      try {
        const result = work();
        database.exec("RELEASE work");
        return result;
      } catch (error) {
        database.exec("ROLLBACK TO work");
        database.exec("RELEASE work");
        throw error;
      }
    },
    getAlarm: async () => storage.alarm,
    async setAlarm(at) {
      storage.alarm = at;
    },
  };
  return storage;
}
