/** What a Durable Object's SQLite storage offers, as far as it is used here. Calls are durable before anything leaves the object. */
export interface ObjectStorage {
  sql: {
    exec<T extends Record<string, string | number | null>>(
      query: string,
      ...bindings: (string | number | null)[]
    ): { toArray(): T[] };
  };
  /** All of it, or nothing if it throws. */
  transactionSync<T>(work: () => T): T;
  /** Milliseconds since the epoch. */
  getAlarm(): Promise<number | null>;
  setAlarm(at: number): Promise<void>;
}

/** Where the time comes from, in milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** Sets the alarm unless an earlier one is set. */
export async function wakeBy(storage: ObjectStorage, at: number): Promise<void> {
  const set = await storage.getAlarm();
  if (set === null || set > at) await storage.setAlarm(at);
}
