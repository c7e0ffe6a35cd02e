import {
  type MetricsWindow,
  metricsWindows,
  type ServiceMetrics,
  type ServiceUsage,
} from "../../../contracts/ops-metrics.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import { fiveMinutes, type Measurement } from "./measure.ts";
import { addUsage, noUsage, summaryOf, type Usage } from "./usage.ts";

const hour = 60 * 60_000;
/** How long spans of each length are kept. */
const lengths = [
  { length: fiveMinutes, keptFor: 48 * hour },
  { length: hour, keptFor: 90 * 24 * hour },
] as const;
/** More Workers than an account of the Workers Paid plan has by default; those beyond are counted together. */
const mostScripts = 1_000;
const others = "(others)";
const schema = [
  [
    "CREATE TABLE IF NOT EXISTS spans (length INTEGER NOT NULL, start INTEGER NOT NULL, script TEXT NOT NULL, usage TEXT NOT NULL, PRIMARY KEY (script, length, start)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS spans_by_age ON spans (length, start)",
    "CREATE TABLE IF NOT EXISTS scripts (script TEXT PRIMARY KEY, service TEXT NOT NULL, family TEXT, last_seen INTEGER, known INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS scripts_by_service ON scripts (service)",
  ],
];

/** A service of the registry that runs in a Worker. */
export interface KnownService {
  service: string;
  script: string;
  family: string;
}

/** A row of `scripts`. */
type Row = { script: string; service: string; family: string | null; last_seen: number | null };

/** What Workers did: five minutes at a time for two days, an hour at a time for ninety. */
export class MeterKeeper {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  #sweptAt = 0;

  constructor(storage: ObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    migrate(storage, "meter", schema);
  }

  /** Adds what was measured. What is older than spans are kept is left out. */
  add(measurements: readonly Measurement[]): void {
    const now = this.#clock.now();
    this.#storage.transactionSync(() => {
      for (const { script, from, usage } of measurements) {
        const counted = this.#see(script, from);
        for (const { length, keptFor } of lengths) {
          const start = Math.floor(Math.min(from, now) / length) * length;
          if (start > now - keptFor) this.#addTo(counted, length, start, usage);
        }
      }
      this.#sweep(now);
    });
  }

  /** Says which services there are. One that is not among them any more is shown for as long as anything is known of it. */
  know(services: readonly KnownService[]): void {
    this.#storage.transactionSync(() => {
      this.#query("UPDATE scripts SET known = 0, service = script");
      for (const { script, service, family } of services) {
        this.#query(
          "INSERT INTO scripts VALUES (?, ?, ?, NULL, 1) ON CONFLICT (script) DO UPDATE SET service = excluded.service, family = excluded.family, known = 1",
          script,
          service,
          family,
        );
      }
      this.#query(
        "DELETE FROM scripts WHERE known = 0 AND NOT EXISTS (SELECT 1 FROM spans WHERE spans.script = scripts.script)",
      );
    });
  }

  /** Services in the order of their names. @param options.families absent: of all, and those that nobody registered */
  list(
    window: MetricsWindow,
    options: { after: string; limit: number; families?: readonly string[] | undefined },
  ): { services: ServiceUsage[]; next?: string } {
    const rows = this.#rows(options.after, options.limit + 1, options.families);
    const services = rows.slice(0, options.limit).map((row) => this.#usageOf(row, window).summary);
    const next = rows.length > options.limit ? services.at(-1)?.service : undefined;
    return { services, ...(next !== undefined && { next }) };
  }

  /** The measured usage of services, a page at a time, for those who judge it. */
  page(window: MetricsWindow, options: { after: string; limit: number; families?: readonly string[] | undefined }) {
    return this.#rows(options.after, options.limit, options.families).map((row) => this.#usageOf(row, window));
  }

  family(service: string): string | undefined {
    return this.#row(service)?.family ?? undefined;
  }

  service(service: string, window: MetricsWindow): ServiceMetrics | undefined {
    const row = this.#row(service);
    if (row === undefined) return undefined;
    const length = lengthFor(window);
    return {
      window,
      at: new Date(this.#clock.now()).toISOString(),
      total: this.#usageOf(row, window).summary,
      stepMilliseconds: length,
      steps: this.#spans(row.script, length, this.#clock.now() - metricsWindows[window]).map(({ start, usage }) => ({
        from: new Date(start).toISOString(),
        ...summaryOf(usage),
      })),
    };
  }

  /** Since when anything was measured; absent: nothing was. */
  get since(): number | undefined {
    return (
      this.#query<{ start: number | null }>("SELECT min(start) AS start FROM spans WHERE length = ?", hour)[0]?.start ??
      undefined
    );
  }

  /** US dollars by list price since a time, to the hour. */
  spentSince(service: string, since: number): number {
    const row = this.#row(service);
    return row === undefined ? 0 : summaryOf(sum(this.#spans(row.script, hour, since))).dollars;
  }

  #usageOf(row: Row, window: MetricsWindow): { summary: ServiceUsage; usage: Usage } {
    const usage = sum(this.#spans(row.script, lengthFor(window), this.#clock.now() - metricsWindows[window]));
    const summary: ServiceUsage = {
      service: row.service,
      script: row.script,
      ...(row.family !== null && { family: row.family }),
      ...(row.last_seen !== null && { lastSeen: new Date(row.last_seen).toISOString() }),
      ...summaryOf(usage),
    };
    return { summary, usage };
  }

  /** Spans that had not ended at a time, in order. */
  #spans(script: string, length: number, since: number): { start: number; usage: Usage }[] {
    return this.#query<{ start: number; usage: string }>(
      "SELECT start, usage FROM spans WHERE script = ? AND length = ? AND start > ? ORDER BY start",
      script,
      length,
      since - length,
    ).map(({ start, usage }) => ({ start, usage: JSON.parse(usage) }));
  }

  #addTo(script: string, length: number, start: number, usage: Usage): void {
    const [known] = this.#query<{ usage: string }>(
      "SELECT usage FROM spans WHERE script = ? AND length = ? AND start = ?",
      script,
      length,
      start,
    );
    const total: Usage = known === undefined ? noUsage() : JSON.parse(known.usage);
    addUsage(total, usage);
    this.#query("INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?)", length, start, script, JSON.stringify(total));
  }

  /** Notes that a Worker ran. @returns what it is counted as */
  #see(script: string, at: number): string {
    const [known] = this.#query("SELECT 1 AS one FROM scripts WHERE script = ?", script);
    const [{ count } = { count: 0 }] =
      known === undefined ? this.#query<{ count: number }>("SELECT count(*) AS count FROM scripts") : [];
    const counted = count >= mostScripts ? others : script;
    this.#query(
      "INSERT INTO scripts VALUES (?, ?, NULL, ?, 0) ON CONFLICT (script) DO UPDATE SET last_seen = max(excluded.last_seen, ifnull(last_seen, 0))",
      counted,
      counted,
      at,
    );
    return counted;
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < fiveMinutes) return;
    this.#sweptAt = now;
    for (const { length, keptFor } of lengths) {
      this.#query("DELETE FROM spans WHERE length = ? AND start <= ?", length, now - keptFor);
    }
  }

  #row(service: string): Row | undefined {
    return this.#query<Row>(
      "SELECT script, service, family, last_seen FROM scripts WHERE service = ? ORDER BY known DESC LIMIT 1",
      service,
    )[0];
  }

  #rows(after: string, limit: number, families: readonly string[] | undefined): Row[] {
    const among = families === undefined ? "1" : `family IN (${families.map(() => "?").join(", ")})`;
    return this.#query<Row>(
      `SELECT script, service, family, last_seen FROM scripts WHERE service > ? AND ${among} ORDER BY service, script LIMIT ?`,
      after,
      ...(families ?? []),
      limit,
    );
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

const lengthFor = (window: MetricsWindow): number => (window === "1h" ? fiveMinutes : hour);

function sum(spans: readonly { usage: Usage }[]): Usage {
  const total = noUsage();
  for (const { usage } of spans) addUsage(total, usage);
  return total;
}
