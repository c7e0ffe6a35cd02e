import {
  type AlertMatch,
  type AlertRoute,
  longestSilence,
  type NewSilence,
  type Silence,
} from "../../../contracts/ops-alerts.ts";
import type { Incident } from "../../../contracts/ops-incidents.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";

const mostRoutes = 100;
const mostSilences = 500;

/** Routes and silences: who is told of an incident, and when nobody is. */
export class AlertRules {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;

  constructor(storage: ObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  routes(): AlertRoute[] {
    return this.#query<{ route: string }>("SELECT route FROM alert_routes ORDER BY name").map(({ route }) =>
      JSON.parse(route),
    );
  }

  route(name: string): AlertRoute | undefined {
    return this.routes().find((route) => route.name === name);
  }

  /** A route of the same name is replaced. @throws ProblemError 409 */
  setRoute(route: AlertRoute): void {
    if (this.route(route.name) === undefined && this.routes().length >= mostRoutes) throw full("routes", mostRoutes);
    this.#query("INSERT OR REPLACE INTO alert_routes VALUES (?, ?)", route.name, JSON.stringify(route));
  }

  /** @throws ProblemError 404 */
  removeRoute(name: string): void {
    const removed = this.#query("DELETE FROM alert_routes WHERE name = ? RETURNING name", name);
    if (removed.length === 0) throw absent("route", name);
  }

  /** Those that are not over. */
  silences(): Silence[] {
    const now = this.#clock.now();
    this.#query("DELETE FROM silences WHERE until <= ?", now);
    return this.#query<{ silence: string }>("SELECT silence FROM silences ORDER BY until, id").map(({ silence }) =>
      JSON.parse(silence),
    );
  }

  /** @throws ProblemError 400, 409 */
  addSilence(given: NewSilence, by: string): Silence {
    const now = this.#clock.now();
    const until = Date.parse(given.until);
    if (until <= now || until - now > longestSilence) {
      const detail = `until: ${given.until} is not within the next 30 days. A silence ends by itself, so that it is not forgotten.`;
      throw new ProblemError({ status: 400, title: "Input not accepted", detail });
    }
    if (this.silences().length >= mostSilences) throw full("silences", mostSilences);
    const silence = { ...given, id: `sil-${crypto.randomUUID()}`, by, at: new Date(now).toISOString() };
    this.#query("INSERT INTO silences VALUES (?, ?, ?)", silence.id, until, JSON.stringify(silence));
    return silence;
  }

  /** @throws ProblemError 404 */
  removeSilence(id: string): void {
    const removed = this.#query("DELETE FROM silences WHERE id = ? RETURNING id", id);
    if (removed.length === 0) throw absent("silence", id);
  }

  /** Until when an incident is silenced, in milliseconds since the epoch; undefined: it is not. */
  silencedUntil(incident: Incident): number | undefined {
    const ends = this.silences()
      .filter(({ match }) => fits(incident, match))
      .map(({ until }) => Date.parse(until));
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

export function fits(incident: Incident, { families, severities, sources, subjects }: AlertMatch): boolean {
  const isOne = (values: readonly string[] | undefined, value: string | undefined) =>
    values === undefined || (value !== undefined && values.includes(value));
  return (
    isOne(families, incident.family) &&
    isOne(severities, incident.severity) &&
    isOne(sources, incident.source) &&
    isOne(subjects, incident.subject)
  );
}

const full = (what: string, most: number) =>
  new ProblemError({ status: 409, title: `Too many ${what}`, detail: `There are ${most} ${what}, which is the most.` });

const absent = (what: string, name: string) =>
  new ProblemError({ status: 404, title: `No such ${what}`, detail: `There is no ${what} ${name.slice(0, 80)}.` });
