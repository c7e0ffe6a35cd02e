import type { CloudEvent } from "../../../contracts/ops-events.ts";
import type { Signal } from "../../../contracts/ops-incidents.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { ServiceRecord } from "../registry/service-record.ts";

/** Something that another module has to be told. */
export type Notice =
  | { kind: "raise"; signal: Signal }
  | { kind: "clear"; fingerprint: string; at: string; reason: string }
  | { kind: "event"; event: CloudEvent };

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS open_incidents (fingerprint TEXT PRIMARY KEY, phase TEXT)",
    "CREATE TABLE IF NOT EXISTS outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, notice TEXT)",
  ],
];

/**
 * What the incident desk and the event hub have to be told, in order: stored with what it is about, sent afterwards, and kept until it is
 * taken. Sent twice it changes nothing: signals are known by their fingerprint, events by their id.
 */
export class Outbox {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "outbox", schema);
  }

  /** Incidents that were raised and not cleared, with the phase they were in. */
  open(): Map<string, string> {
    const rows = this.#query<{ fingerprint: string; phase: string }>("SELECT fingerprint, phase FROM open_incidents");
    return new Map(rows.map(({ fingerprint, phase }) => [fingerprint, phase]));
  }

  raise(signal: Signal, phase: string): void {
    this.#query("INSERT OR REPLACE INTO open_incidents VALUES (?, ?)", signal.fingerprint, phase);
    this.#add({ kind: "raise", signal });
  }

  clear(fingerprint: string, now: number, reason: string): void {
    this.#query("DELETE FROM open_incidents WHERE fingerprint = ?", fingerprint);
    this.#add({ kind: "clear", fingerprint, at: new Date(now).toISOString(), reason });
  }

  /** @param type e.g. `cc.chitty.service.healthy` */
  event(type: string, { uri, name, family }: ServiceRecord, now: number, data: Record<string, unknown>): void {
    this.#add({
      kind: "event",
      event: {
        specversion: "1.0",
        id: crypto.randomUUID(),
        source: uri,
        type,
        subject: name,
        time: new Date(now).toISOString(),
        datacontenttype: "application/json",
        data,
        partitionkey: name,
        family,
      },
    });
  }

  /** What has to be sent, oldest first. */
  pending(limit: number): { sequence: number; notice: Notice }[] {
    return this.#query<{ sequence: number; notice: string }>(
      "SELECT sequence, notice FROM outbox ORDER BY sequence LIMIT ?",
      limit,
    ).map(({ sequence, notice }) => ({ sequence, notice: JSON.parse(notice) }));
  }

  sent(sequence: number): void {
    this.#query("DELETE FROM outbox WHERE sequence = ?", sequence);
  }

  #add(notice: Notice): void {
    this.#query("INSERT INTO outbox (notice) VALUES (?)", JSON.stringify(notice));
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}
