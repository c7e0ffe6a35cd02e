import type { EndpointReport } from "../../../contracts/ops-deliveries.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";

/** A receiver. Times are milliseconds since the epoch. */
export interface Endpoint<C> {
  /** A name that people give. */
  id: string;
  /** Where it is and how it is spoken to, with its secrets. */
  config: C;
  state: "enabled" | "disabled";
  reason?: string;
  failingSince?: number;
  /** It asked not to be bothered before. */
  pausedUntil?: number;
  delivered: number;
  lastOutcome?: string;
  lastAt?: number;
  /** Attempts since this process began. */
  turns: number;
  /** How much waits for it and how many dead letters it has: counted when this process began, and kept up since. */
  waiting: number;
  dead: number;
}

const mostEndpoints = 200;

/** The receivers, few enough to be at hand all the time. */
export class EndpointList<C> {
  readonly #storage: ObjectStorage;
  readonly #endpoints: Map<string, Endpoint<C>>;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    const rows = storage.sql.exec<{ id: string; endpoint: string }>("SELECT id, endpoint FROM endpoints ORDER BY id");
    const waiting = countsOf(storage, "waiting");
    const dead = countsOf(storage, "dead");
    this.#endpoints = new Map(
      rows
        .toArray()
        .map(({ id, endpoint }) => [
          id,
          { ...JSON.parse(endpoint), turns: 0, waiting: waiting.get(id) ?? 0, dead: dead.get(id) ?? 0 },
        ]),
    );
  }

  all(): Endpoint<C>[] {
    return [...this.#endpoints.values()];
  }

  byTurn(): Endpoint<C>[] {
    return this.all().sort((a, b) => a.turns - b.turns);
  }

  find(id: string): Endpoint<C> | undefined {
    return this.#endpoints.get(id);
  }

  /** @throws ProblemError 404 */
  existing(id: string): Endpoint<C> {
    const endpoint = this.#endpoints.get(id);
    if (endpoint !== undefined) return endpoint;
    throw new ProblemError({
      status: 404,
      title: "No such receiver",
      detail: `There is no receiver ${id.slice(0, 80)}.`,
    });
  }

  /** @throws ProblemError 409 */
  add(id: string, config: C): Endpoint<C> {
    if (this.#endpoints.has(id)) {
      const detail = `There is a receiver ${id} already: remove it first, or take another name.`;
      throw new ProblemError({ status: 409, title: "Name taken", detail });
    }
    if (this.#endpoints.size >= mostEndpoints) {
      const detail = `There are ${mostEndpoints} receivers, which is the most. Remove one that is used no more.`;
      throw new ProblemError({ status: 409, title: "Too many receivers", detail });
    }
    const turns = Math.min(0, ...this.all().map((endpoint) => endpoint.turns));
    const endpoint: Endpoint<C> = { id, config, state: "enabled", delivered: 0, turns, waiting: 0, dead: 0 };
    this.save(endpoint);
    return endpoint;
  }

  save(endpoint: Endpoint<C>): void {
    const { turns: _, waiting: __, dead: ___, ...kept } = endpoint;
    this.#storage.sql.exec("INSERT OR REPLACE INTO endpoints VALUES (?, ?)", endpoint.id, JSON.stringify(kept));
    this.#endpoints.set(endpoint.id, endpoint);
  }

  /** A disabled receiver gets what comes from now on. @throws ProblemError 404 */
  enable(id: string): void {
    const endpoint = this.existing(id);
    endpoint.state = "enabled";
    for (const field of ["reason", "failingSince", "pausedUntil"] as const) delete endpoint[field];
    this.save(endpoint);
  }

  /** @throws ProblemError 404 */
  remove(id: string): void {
    this.existing(id);
    this.#storage.sql.exec("DELETE FROM endpoints WHERE id = ?", id);
    this.#endpoints.delete(id);
  }

  report(id: string): Omit<EndpointReport, "target"> {
    const { state, reason, failingSince, waiting, dead, delivered, lastOutcome, lastAt } = this.existing(id);
    return {
      id,
      state,
      ...(reason !== undefined && { reason }),
      ...(failingSince !== undefined && { failingSince: new Date(failingSince).toISOString() }),
      waiting,
      dead,
      delivered,
      ...(lastOutcome !== undefined && { lastOutcome }),
      ...(lastAt !== undefined && { lastAt: new Date(lastAt).toISOString() }),
    };
  }
}

function countsOf(storage: ObjectStorage, table: "waiting" | "dead"): Map<string, number> {
  const rows = storage.sql.exec<{ endpoint: string; n: number }>(
    `SELECT endpoint, count(*) AS n FROM ${table} GROUP BY endpoint`,
  );
  return new Map(rows.toArray().map(({ endpoint, n }) => [endpoint, n]));
}
