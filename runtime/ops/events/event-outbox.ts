import type { CloudEvent } from "../../../contracts/ops-events.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { EventObject } from "./event-object.ts";

const atOnce = 100;

export const outboxTables = [
  "CREATE TABLE IF NOT EXISTS outgoing (number INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT)",
] as const;

/** Events that an object of the plane has to tell, kept with what they tell of until the hub has them. */
export class EventOutbox {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** To be called within the transaction of what the event tells. */
  add(event: CloudEvent): void {
    this.#storage.sql.exec("INSERT INTO outgoing (event) VALUES (?)", JSON.stringify(event));
  }

  get empty(): boolean {
    return this.#next(1).length === 0;
  }

  /** Hands all of them to the hub, in order. @throws Error when the hub fails; nothing is lost, and the next call goes on */
  async flush(hub: Pick<EventObject, "publishAll">): Promise<void> {
    for (let rows = this.#next(atOnce); rows.length > 0; rows = this.#next(atOnce)) {
      const outcome = await hub.publishAll(rows.map(({ event }) => JSON.parse(event)));
      if ("problem" in outcome)
        throw new Error(`the event hub refuses the plane's own events: ${outcome.problem.detail}`);
      this.#storage.sql.exec("DELETE FROM outgoing WHERE number <= ?", rows.at(-1)?.number ?? 0);
    }
  }

  #next(limit: number): { number: number; event: string }[] {
    return this.#storage.sql
      .exec<{ number: number; event: string }>("SELECT number, event FROM outgoing ORDER BY number LIMIT ?", limit)
      .toArray();
  }
}
