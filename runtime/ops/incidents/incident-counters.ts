import { type Incident, type IncidentCounts, type Severity, severities } from "../../../contracts/ops-incidents.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { Families } from "./incident-object.ts";

/** How many incidents there are by family, state and severity, kept as they change: a view of them costs its rows, not theirs. */
export class IncidentCounters {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** @param to undefined: it is kept no more */
  moved(from: Incident | undefined, to: Incident | undefined): void {
    if (from?.state === to?.state && from?.severity === to?.severity) return;
    if (from !== undefined) this.#add(from, -1);
    if (to !== undefined) this.#add(to, 1);
  }

  of(families: Families): IncidentCounts {
    const counts: IncidentCounts = {
      open: 0,
      acknowledged: 0,
      resolved: 0,
      bySeverity: Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>,
    };
    const rows = this.#storage.sql.exec<{ family: string; state: Incident["state"]; severity: Severity; n: number }>(
      "SELECT family, state, severity, n FROM counters",
    );
    for (const { family, state, severity, n } of rows.toArray()) {
      if (families !== "all" && !families.includes(family)) continue;
      counts[state] += n;
      if (state !== "resolved") counts.bySeverity[severity] += n;
    }
    return counts;
  }

  #add({ family, state, severity }: Incident, n: number): void {
    this.#storage.sql.exec(
      "INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
      family,
      state,
      severity,
      n,
    );
  }
}
