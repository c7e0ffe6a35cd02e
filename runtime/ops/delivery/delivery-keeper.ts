import type { DeadLetterPage, EndpointReport } from "../../../contracts/ops-deliveries.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import { delayAfter } from "./delay-after.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import { noDeadLetter, stillDisabled } from "./delivery-problems.ts";
import { type Endpoint, EndpointList } from "./endpoint-list.ts";
import type { Attempted } from "./send-request.ts";

/** Attempts at the same time: a Worker has six connections that wait for an answer. */
const slots = 6;
/** Of them, for receivers that fail: whoever hangs does not keep the others waiting. */
const failingSlots = 3;
/** To one receiver. */
const slotsEach = 4;
/** In one run, so that it ends in time. */
const mostInRun = 400;
const failingDays = 5;
const lookAgainMilliseconds = 5_000;

interface Flight<C> {
  endpoint: Endpoint<C>;
  key: string;
  message: number;
  attempts: number;
}

/**
 * Brings messages to receivers: each at least once, those of one key in order, or into the dead letters. Messages are numbers that grow; who
 * owns this keeps what they stand for. Everything is stored; attempts that were cut short are made again.
 */
export class DeliveryKeeper<C> {
  readonly endpoints: EndpointList<C>;
  readonly #storage: ObjectStorage;
  readonly #options: DeliveryOptions<C>;
  /** In this process, at this moment. */
  readonly #flying = new Set<Flight<C>>();

  constructor(storage: ObjectStorage, options: DeliveryOptions<C>) {
    this.#storage = storage;
    this.#options = options;
    this.endpoints = new EndpointList(storage);
  }

  /** To be called within the transaction that stores the message. To a disabled receiver it is a dead letter at once. */
  enqueue(id: string, key: string, message: number): void {
    const endpoint = this.endpoints.existing(id);
    if (endpoint.state === "disabled") {
      this.#bury(endpoint, { key, message, attempts: 0 }, "the receiver is disabled");
      return;
    }
    const added = this.#query("INSERT OR IGNORE INTO waiting VALUES (?, ?, ?) RETURNING message", id, key, message);
    endpoint.waiting += added.length;
    this.#query("INSERT OR IGNORE INTO lanes VALUES (?, ?, ?, 0)", id, key, this.#options.clock.now());
  }

  /** Makes every attempt that is due, several at a time, until there is none or enough were made. */
  run(): Promise<void> {
    return this.#fill({ left: mostInRun });
  }

  /** When `run` has to be called next, in milliseconds since the epoch; undefined: nothing waits. */
  get nextDue(): number | undefined {
    // While attempts are under way, whatever they hold up is due and goes on by itself when they end.
    const soonest = this.#flying.size > 0 ? this.#options.clock.now() + lookAgainMilliseconds : 0;
    let next: number | undefined;
    for (const { id, state, pausedUntil } of this.endpoints.all()) {
      if (state === "disabled") continue;
      const [first] = this.#query<{ due: number | null }>("SELECT min(due) AS due FROM lanes WHERE endpoint = ?", id);
      if (first?.due == null) continue;
      const due = Math.max(first.due, pausedUntil ?? 0, soonest);
      if (next === undefined || due < next) next = due;
    }
    return next;
  }

  report(id: string): Omit<EndpointReport, "target"> {
    return this.endpoints.report(id);
  }

  /** What waits for it is forgotten, and its dead letters are. @throws ProblemError 404 */
  remove(id: string): void {
    this.#storage.transactionSync(() => {
      this.endpoints.remove(id);
      for (const table of ["lanes", "waiting", "dead"]) this.#query(`DELETE FROM ${table} WHERE endpoint = ?`, id);
    });
  }

  deadLetters({
    endpoint,
    after,
    limit,
  }: {
    endpoint?: string | undefined;
    after: number;
    limit: number;
  }): DeadLetterPage {
    const where = endpoint === undefined ? "" : "AND endpoint = ?";
    const rows = this.#query<{
      number: number;
      endpoint: string;
      message: number;
      attempts: number;
      at: number;
      outcome: string;
    }>(
      `SELECT number, endpoint, message, attempts, at, outcome FROM dead WHERE number > ? ${where} ORDER BY number LIMIT ?`,
      after,
      ...(endpoint === undefined ? [] : [endpoint]),
      limit + 1,
    );
    const deadLetters = rows.slice(0, limit).map(({ number, message, at, ...row }) => ({
      ...row,
      id: number,
      what: this.#options.describe(message),
      at: new Date(at).toISOString(),
    }));
    const next = rows.length > limit ? deadLetters.at(-1)?.id : undefined;
    return { deadLetters, ...(next !== undefined && { next }) };
  }

  /** Sends dead letters of a receiver again, from the first attempt on. @param id one of them; absent: all @throws ProblemError 404, 409 */
  replay(endpoint: string, id?: number): number {
    if (this.endpoints.existing(endpoint).state === "disabled") throw stillDisabled(endpoint);
    return this.#storage.transactionSync(() => {
      const rows = this.#query<{ key: string; message: number }>(
        `DELETE FROM dead WHERE endpoint = ? ${id === undefined ? "" : "AND number = ?"} RETURNING key, message`,
        endpoint,
        ...(id === undefined ? [] : [id]),
      );
      if (id !== undefined && rows.length === 0) throw noDeadLetter(id);
      this.endpoints.existing(endpoint).dead -= rows.length;
      for (const { key, message } of rows) this.enqueue(endpoint, key, message);
      return rows.length;
    });
  }

  /** Forgets the dead letters of messages that are kept no more. */
  forgetBefore(message: number): void {
    for (const { endpoint } of this.#query<{ endpoint: string }>(
      "DELETE FROM dead WHERE message < ? RETURNING endpoint",
      message,
    )) {
      this.endpoints.existing(endpoint).dead -= 1;
    }
  }

  /** The lowest message that waits for somebody; undefined: none does. */
  get firstWaiting(): number | undefined {
    return this.#query<{ n: number | null }>("SELECT min(message) AS n FROM waiting")[0]?.n ?? undefined;
  }

  /** Whatever ends may be what others waited for: the slots are filled anew after each attempt. */
  async #fill(budget: { left: number }): Promise<void> {
    const begun: Promise<void>[] = [];
    while (budget.left > 0 && this.#flying.size < slots) {
      const flight = this.#next();
      if (flight === undefined) break;
      budget.left -= 1;
      this.#flying.add(flight);
      begun.push(this.#fly(flight).then(() => this.#fill(budget)));
    }
    await Promise.all(begun);
  }

  async #fly(flight: Flight<C>): Promise<void> {
    try {
      const met = await this.#options.attempt(flight.endpoint.config, flight.message, this.#options.clock.now());
      this.#storage.transactionSync(() => this.#settle(flight, met));
    } finally {
      this.#flying.delete(flight);
    }
  }

  /** The first of a lane that is due, of the receiver that had the fewest turns. */
  #next(): Flight<C> | undefined {
    const now = this.#options.clock.now();
    const failing = [...this.#flying].filter(({ endpoint }) => endpoint.failingSince !== undefined).length;
    for (const endpoint of this.endpoints.byTurn()) {
      if (endpoint.state === "disabled" || (endpoint.pausedUntil ?? 0) > now) continue;
      const keys = [...this.#flying].filter((flight) => flight.endpoint.id === endpoint.id).map(({ key }) => key);
      const bad = endpoint.failingSince !== undefined;
      if (keys.length >= (bad ? 1 : slotsEach) || (bad && failing >= failingSlots)) continue;
      const lanes = this.#query<{ key: string; attempts: number }>(
        "SELECT key, attempts FROM lanes WHERE endpoint = ? AND due <= ? ORDER BY due LIMIT ?",
        endpoint.id,
        now,
        keys.length + 1,
      );
      const lane = lanes.find(({ key }) => !keys.includes(key));
      if (lane === undefined) continue;
      const message = this.#first(endpoint.id, lane.key);
      if (message === undefined) throw new Error(`the lane ${lane.key} of ${endpoint.id} is empty`);
      endpoint.turns += 1;
      return { endpoint, ...lane, message };
    }
    return undefined;
  }

  #settle(flight: Flight<C>, met: Attempted): void {
    const { key, message } = flight;
    const now = this.#options.clock.now();
    const endpoint = this.endpoints.find(flight.endpoint.id);
    // It was removed, or disabled by another attempt, meanwhile: what waited for it is where that put it.
    if (endpoint === undefined || endpoint.state === "disabled") return;
    endpoint.lastOutcome = met.outcome;
    endpoint.lastAt = now;
    const attempts = flight.attempts + 1;
    if (met.taken) {
      const failed = endpoint.failingSince !== undefined;
      endpoint.delivered += 1;
      delete endpoint.failingSince;
      delete endpoint.pausedUntil;
      this.#leave(flight, now);
      if (failed) this.#options.recovered?.(endpoint);
    } else {
      endpoint.failingSince ??= now;
      this.#options.failed?.(endpoint);
      if (met.wish !== undefined) endpoint.pausedUntil = now + Math.min(met.wish, 24 * 3_600_000);
      const delay = delayAfter(attempts, this.#options.random(), met.wish);
      if (delay === undefined) {
        this.#bury(endpoint, { key, message, attempts }, met.outcome);
        this.#leave(flight, now);
      } else {
        this.#query(
          "UPDATE lanes SET due = ?, attempts = ? WHERE endpoint = ? AND key = ?",
          now + delay,
          attempts,
          endpoint.id,
          key,
        );
      }
      if (met.gone === true) this.#disable(endpoint, "the receiver answered 410: it wants nothing any more");
      else if (now - endpoint.failingSince >= failingDays * 24 * 3_600_000) {
        this.#disable(endpoint, `every attempt of ${failingDays} days failed, the last one: ${met.outcome}`);
      }
    }
    this.endpoints.save(endpoint);
  }

  /** A message is out of its lane; the next one is due at once. */
  #leave({ endpoint: { id }, key, message }: Flight<C>, now: number): void {
    const left = this.#query(
      "DELETE FROM waiting WHERE endpoint = ? AND key = ? AND message = ? RETURNING message",
      id,
      key,
      message,
    );
    this.endpoints.existing(id).waiting -= left.length;
    if (this.#first(id, key) === undefined) this.#query("DELETE FROM lanes WHERE endpoint = ? AND key = ?", id, key);
    else this.#query("UPDATE lanes SET due = ?, attempts = 0 WHERE endpoint = ? AND key = ?", now, id, key);
  }

  #bury(endpoint: Endpoint<C>, dead: { key: string; message: number; attempts: number }, outcome: string): void {
    endpoint.dead += 1;
    this.#query(
      "INSERT INTO dead (endpoint, key, message, attempts, at, outcome) VALUES (?, ?, ?, ?, ?, ?)",
      endpoint.id,
      dead.key,
      dead.message,
      dead.attempts,
      this.#options.clock.now(),
      outcome,
    );
  }

  #disable(endpoint: Endpoint<C>, reason: string): void {
    endpoint.state = "disabled";
    endpoint.reason = reason;
    endpoint.dead += endpoint.waiting;
    endpoint.waiting = 0;
    this.#query(
      "INSERT INTO dead (endpoint, key, message, attempts, at, outcome) SELECT w.endpoint, w.key, w.message, l.attempts, ?, ? FROM waiting w JOIN lanes l ON l.endpoint = w.endpoint AND l.key = w.key WHERE w.endpoint = ? ORDER BY w.message",
      this.#options.clock.now(),
      reason,
      endpoint.id,
    );
    for (const table of ["lanes", "waiting"]) this.#query(`DELETE FROM ${table} WHERE endpoint = ?`, endpoint.id);
    this.#options.disabled?.(endpoint);
  }

  #first(id: string, key: string): number | undefined {
    const [first] = this.#query<{ message: number | null }>(
      "SELECT min(message) AS message FROM waiting WHERE endpoint = ? AND key = ?",
      id,
      key,
    );
    return first?.message ?? undefined;
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}
