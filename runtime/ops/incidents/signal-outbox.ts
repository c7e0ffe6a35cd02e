import type { CloudEvent } from "../../../contracts/ops-events.ts";
import type { Signal } from "../../../contracts/ops-incidents.ts";
import { valueOrThrow } from "../../problem/problem.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Remote } from "../../storage/object-namespace.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { EventObject } from "../events/event-object.ts";
import type { IncidentObject } from "./incident-object.ts";

type Message =
  | { raise: Signal }
  | { clear: { fingerprint: string; at: string; reason: string; subject?: string } }
  | { event: Event };

/** A CloudEvent but for its source. */
interface Event extends Pick<CloudEvent, "specversion" | "id" | "type" | "family" | "subject" | "time" | "data"> {
  datacontenttype: "application/json";
}

/** Who is told. */
export interface Listeners {
  desk: Pick<Remote<IncidentObject>, "raise" | "clear">;
  hub: Pick<Remote<EventObject>, "publishAll">;
  /** Of events: what of the plane they come from, e.g. `https://ops.chitty.cc/api/v1/children`. */
  source: string;
}

/**
 * Signals on their way to the incident desk, and events on theirs to the hub. They are stored with whatever they are about, and handed over
 * by the object's alarm, each in the order in which they were stored: nothing is lost while somebody does not answer, what is handed over
 * twice is the same as once, and neither waits for the other.
 */
export class SignalOutbox {
  readonly #storage: ObjectStorage;
  /** Kept in memory too: it is asked for with every tick. */
  #empty: boolean;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "signals", [
      ["CREATE TABLE IF NOT EXISTS signals (id INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL)"],
    ]);
    this.#empty = this.#next(1).length === 0;
  }

  raise(signal: Signal): void {
    this.#store({ raise: signal });
  }

  /** What had this fingerprint is right again. */
  clear(fingerprint: string, at: string, reason: string, subject?: string): void {
    this.#store({ clear: { fingerprint, at, reason, ...(subject !== undefined && { subject }) } });
  }

  /** @param type e.g. `cc.chitty.child.silent` */
  tell(type: string, about: { family: string; subject: string }, now: number, data: Record<string, unknown>): void {
    const time = new Date(now).toISOString();
    const id = crypto.randomUUID();
    this.#store({ event: { specversion: "1.0", id, type, ...about, time, datacontenttype: "application/json", data } });
  }

  get empty(): boolean {
    return this.#empty;
  }

  /** @throws whatever one of them throws; what was taken by then does not come again */
  async handOver({ desk, hub, source }: Listeners): Promise<void> {
    const met = await Promise.allSettled([this.#signal(desk), this.#publish(hub, source)]);
    this.#empty = this.#next(1).length === 0;
    for (const one of met) if (one.status === "rejected") throw one.reason;
  }

  async #signal(desk: Listeners["desk"]): Promise<void> {
    for (const { id, message } of this.#next(100, "WHERE message NOT LIKE '{\"event\":%'")) {
      if ("raise" in message) await desk.raise(message.raise);
      else if ("clear" in message) {
        const { fingerprint, at, reason, subject } = message.clear;
        await desk.clear(fingerprint, at, reason, subject);
      }
      this.#forget([id]);
    }
  }

  async #publish(hub: Listeners["hub"], source: string): Promise<void> {
    const rows = this.#next(100, "WHERE message LIKE '{\"event\":%'");
    if (rows.length === 0) return;
    valueOrThrow(
      await hub.publishAll(rows.flatMap(({ message }) => ("event" in message ? [{ ...message.event, source }] : []))),
    );
    this.#forget(rows.map(({ id }) => id));
  }

  #store(message: Message): void {
    this.#empty = false;
    this.#storage.sql.exec("INSERT INTO signals (message) VALUES (?)", JSON.stringify(message));
  }

  #forget(ids: readonly number[]): void {
    this.#storage.sql.exec("DELETE FROM signals WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  }

  #next(limit: number, where = ""): { id: number; message: Message }[] {
    return this.#storage.sql
      .exec<{ id: number; message: string }>(`SELECT id, message FROM signals ${where} ORDER BY id LIMIT ?`, limit)
      .toArray()
      .map(({ id, message }) => ({ id, message: JSON.parse(message) }));
  }
}
