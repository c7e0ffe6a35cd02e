import type { Signal } from "../../../contracts/ops-incidents.ts";
import type { Budget } from "../../../contracts/ops-metrics.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import type { IncidentObject } from "../incidents/incident-object.ts";
import type { MeterKeeper } from "./meter-keeper.ts";

/** From this share of a budget on somebody is told. */
const nearly = 0.8;

type Level = "within" | "nearly" | "over";

const schema = [
  ["CREATE TABLE IF NOT EXISTS budgets (service TEXT PRIMARY KEY, dollars REAL NOT NULL, told TEXT NOT NULL)"],
];

/** What services may cost in a calendar month (UTC), and who was told that they cost more. */
export class BudgetKeeper {
  readonly #storage: ObjectStorage;
  readonly #meter: MeterKeeper;
  readonly #clock: Clock;

  constructor(storage: ObjectStorage, meter: MeterKeeper, clock: Clock) {
    this.#storage = storage;
    this.#meter = meter;
    this.#clock = clock;
    migrate(storage, "budgets", schema);
  }

  set(service: string, dollarsPerMonth: number): Budget {
    this.#storage.sql.exec(
      "INSERT INTO budgets VALUES (?, ?, 'within') ON CONFLICT (service) DO UPDATE SET dollars = excluded.dollars",
      service,
      dollarsPerMonth,
    );
    return this.#budgetOf({ service, dollars: dollarsPerMonth });
  }

  /** @returns false: there is none. An incident that is open because of it is resolved by the next `watch`. */
  remove(service: string): boolean {
    const rows = this.#storage.sql.exec(
      "UPDATE budgets SET dollars = -1 WHERE service = ? AND dollars >= 0 RETURNING service",
      service,
    );
    return rows.toArray().length > 0;
  }

  /** In the order of names. @param families absent: of all */
  list(after: string, limit: number, families?: readonly string[]): Budget[] {
    return this.#rows("WHERE dollars >= 0 AND service > ? ORDER BY service", after)
      .map((row) => this.#budgetOf(row))
      .filter(({ family }) => families === undefined || (family !== undefined && families.includes(family)))
      .slice(0, limit);
  }

  /** Opens and resolves incidents for budgets that are nearly or wholly spent. What the desk did not take is told the next time. */
  async watch(desk: Pick<IncidentObject, "raise" | "clear">): Promise<void> {
    for (const row of this.#rows("ORDER BY service")) {
      const budget = this.#budgetOf(row);
      const level = row.dollars < 0 ? "within" : levelOf(budget);
      if (level !== row.told) {
        const at = new Date(this.#clock.now()).toISOString();
        if (level === "within") await desk.clear(fingerprintOf(budget), at, "It is within its budget.");
        else await desk.raise(signalOf(budget, level, at));
        this.#storage.sql.exec("UPDATE budgets SET told = ? WHERE service = ?", level, row.service);
      }
      if (row.dollars < 0) this.#storage.sql.exec("DELETE FROM budgets WHERE service = ? AND dollars < 0", row.service);
    }
  }

  #budgetOf({ service, dollars }: { service: string; dollars: number }): Budget {
    const now = new Date(this.#clock.now());
    const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
    const family = this.#meter.family(service);
    return {
      service,
      ...(family !== undefined && { family }),
      dollarsPerMonth: dollars,
      spent: this.#meter.spentSince(service, month),
    };
  }

  #rows(where: string, ...bindings: (string | number)[]) {
    return this.#storage.sql
      .exec<{ service: string; dollars: number; told: string }>(
        `SELECT service, dollars, told FROM budgets ${where}`,
        ...bindings,
      )
      .toArray();
  }
}

function levelOf({ spent, dollarsPerMonth }: Budget): Level {
  if (spent >= dollarsPerMonth) return "over";
  return spent >= nearly * dollarsPerMonth ? "nearly" : "within";
}

const fingerprintOf = ({ service }: Budget): string => `budget/${service}`;

function signalOf(budget: Budget, level: "nearly" | "over", at: string): Signal {
  const { service, family = "chittyos", spent, dollarsPerMonth } = budget;
  return {
    fingerprint: fingerprintOf(budget),
    title: level === "over" ? `${service} is over its budget` : `${service} has spent most of its budget`,
    severity: level === "over" ? "major" : "minor",
    family,
    source: "budget",
    subject: service,
    description: `It has cost $${spent.toFixed(2)} of $${dollarsPerMonth.toFixed(2)} since the month began, by list price.`,
    at,
  };
}
