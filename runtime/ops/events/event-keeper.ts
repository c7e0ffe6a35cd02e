import { type CloudEvent, cloudEvent, type EventPage, largestEvent } from "../../../contracts/ops-events.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import type { EventQuery } from "./event-object.ts";

type Row = { sequence: number; at: number; body: string };

export interface Published {
  sequence: number;
  /** It was there already. */
  known: boolean;
}

/** Attributes besides the specification's are named so (CloudEvents 1.0, naming conventions), and hold a string, boolean or integer. */
const extensionName = /^[a-z0-9]{1,20}$/;
const notExtensions = new Set([...Object.keys(cloudEvent.shape)]);

/** Events in the order in which they came, each once by its source and id. */
export class EventKeeper {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  readonly #stored: (event: CloudEvent, sequence: number) => void;

  /** @param options.stored called within the transaction that stores an event */
  constructor(
    storage: ObjectStorage,
    { clock, stored }: { clock: Clock; stored: (event: CloudEvent, sequence: number) => void },
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#stored = stored;
  }

  /** All of them, or none. @throws ProblemError 400, 413 */
  publish(events: readonly CloudEvent[]): Published[] {
    const bodies = events.map(checkedBody);
    const now = this.#clock.now();
    return this.#storage.transactionSync(() =>
      events.map((event, index) => {
        const [known] = this.#query<{ sequence: number }>(
          "SELECT sequence FROM events WHERE source = ? AND id = ?",
          event.source,
          event.id,
        );
        if (known !== undefined) return { sequence: known.sequence, known: true };
        const [{ sequence } = { sequence: 0 }] = this.#query<{ sequence: number }>(
          "INSERT INTO events (source, id, type, family, at, body) VALUES (?, ?, ?, ?, ?, ?) RETURNING sequence",
          event.source,
          event.id,
          event.type,
          event.family ?? null,
          now,
          bodies[index] ?? "",
        );
        this.#stored(event, sequence);
        return { sequence, known: false };
      }),
    );
  }

  /** An event as it was published. @throws Error: it is kept no more */
  body(sequence: number): string {
    const [row] = this.#query<{ body: string }>("SELECT body FROM events WHERE sequence = ?", sequence);
    if (row === undefined) throw new Error(`the event ${sequence} is kept no more`);
    return row.body;
  }

  /** In a few words. */
  describe(sequence: number): string {
    const [row] = this.#query<{ type: string; id: string }>("SELECT type, id FROM events WHERE sequence = ?", sequence);
    return row === undefined ? `event ${sequence}` : `${row.type} ${row.id} (${sequence})`;
  }

  /**
   * Forgets what was stored before a time.
   * @param needed the first that must stay, if one must @returns the first that is kept; undefined: nothing was forgotten
   */
  forgetUntil(time: number, needed: number | undefined): number | undefined {
    const [last] = this.#query<{ sequence: number | null; at: number }>(
      "SELECT sequence, at FROM events ORDER BY sequence LIMIT 1",
    );
    if (last === undefined || last.at >= time) return undefined;
    const [kept] = this.#query<{ sequence: number | null }>(
      "SELECT min(sequence) AS sequence FROM (SELECT sequence, at FROM events ORDER BY sequence LIMIT 10000) WHERE at >= ?",
      time,
    );
    const first = Math.min(kept?.sequence ?? (last.sequence ?? 0) + 10_000, needed ?? Number.POSITIVE_INFINITY);
    this.#query("DELETE FROM events WHERE sequence < ?", first);
    return first;
  }

  list({ families, topic, after, before, limit }: EventQuery): EventPage {
    const wheres = before === undefined ? ["sequence > ?"] : ["sequence < ?"];
    const bindings: (string | number)[] = [before ?? after ?? 0];
    if (families !== "all") {
      wheres.push(`family IN (${families.map(() => "?").join(", ")})`);
      bindings.push(...families);
    }
    if (topic !== undefined) {
      // `/` is what follows `.`: between the two are the types that begin with the topic and a dot.
      wheres.push("(type = ? OR (type > ? AND type < ?))");
      bindings.push(topic, `${topic}.`, `${topic}/`);
    }
    const rows = this.#query<Row>(
      `SELECT sequence, at, body FROM events WHERE ${wheres.join(" AND ")} ORDER BY sequence ${before === undefined ? "ASC" : "DESC"} LIMIT ?`,
      ...bindings,
      limit + 1,
    );
    const events = rows.slice(0, limit).map(({ sequence, at, body }) => ({
      sequence,
      storedAt: new Date(at).toISOString(),
      event: JSON.parse(body) as CloudEvent,
    }));
    const next = rows.length > limit ? events.at(-1)?.sequence : undefined;
    return { events, ...(next !== undefined && { next }) };
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

/** @throws ProblemError 400, 413 */
function checkedBody(event: CloudEvent): string {
  const problems = Object.entries(event).flatMap(([name, value]) => {
    if (notExtensions.has(name)) return [];
    if (!extensionName.test(name)) return [`${name}: an attribute is named with 1 to 20 of a-z and 0-9`];
    const fits = typeof value === "string" || typeof value === "boolean" || Number.isInteger(value);
    return fits ? [] : [`${name}: an attribute is a string, a boolean or an integer; anything else belongs into data`];
  });
  if (event.data !== undefined && event.data_base64 !== undefined) problems.push("data, data_base64: give one of them");
  if (problems.length > 0) {
    throw new ProblemError({ status: 400, title: "Not a CloudEvent 1.0", detail: problems.slice(0, 20).join("; ") });
  }
  const body = JSON.stringify(event);
  const bytes = new TextEncoder().encode(body).length;
  if (bytes > largestEvent) {
    const detail = `The event has ${bytes} bytes; an event has at most ${largestEvent}. Put what is large elsewhere and send its address.`;
    throw new ProblemError({ status: 413, title: "Event too large", detail });
  }
  return body;
}
