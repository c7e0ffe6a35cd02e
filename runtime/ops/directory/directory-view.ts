import {
  availabilityObjective,
  type CheckReport,
  type HealthDay,
  type HealthState,
  type HealthSummary,
} from "../../../contracts/ops-health.ts";
import type { RegistryDetail, RegistryPage, RegistryStats } from "../../../contracts/ops-registry.ts";
import type { Clock } from "../../storage/object-storage.ts";
import { healthOf } from "../health/check-state.ts";
import { intervalOf, type StoredCheck } from "../health/check-store.ts";
import type { HealthKeeper, Page } from "../health/health-keeper.ts";
import type { MaintenanceKeeper } from "../health/maintenance-keeper.ts";
import { daysLeft } from "../health/plan-input.ts";
import type { UptimeKeeper } from "../health/uptime-keeper.ts";
import type { RegistryKeeper } from "../registry/registry-keeper.ts";
import { entryOf, type Families, type RegistryView, type ServiceQuery } from "../registry/registry-view.ts";

export interface DirectoryParts {
  registry: RegistryKeeper;
  entries: RegistryView;
  health: HealthKeeper;
  maintenance: MaintenanceKeeper;
  uptime: UptimeKeeper;
  pages: readonly Page[];
  clock: Clock;
}

/** What the directory shows of what it knows. */
export class DirectoryView {
  readonly #parts: DirectoryParts;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  list(query: ServiceQuery): RegistryPage {
    const now = this.#parts.clock.now();
    return this.#parts.entries.list(query, {
      stale: this.#parts.health.stale(now),
      maintenance: this.#parts.maintenance.active(now),
    });
  }

  get(name: string, families: Families): RegistryDetail | undefined {
    const now = this.#parts.clock.now();
    const service = this.#parts.registry.get(name);
    if (service === undefined || (families !== "all" && !families.includes(service.record.family))) return undefined;
    const { record } = service;
    const entry = entryOf(service, this.#parts.maintenance.active(now));
    const stale = this.#parts.health.stale(now) && entry.health !== "excluded";
    const primary = this.#primaryOf(name);
    return {
      ...entry,
      ...(stale && { health: "unknown" as const }),
      checks: this.#parts.health.checksOf(name).map((check) => this.#report(check, now)),
      certificate: { daysLeft: daysLeft(service.certificateUntil, now) ?? "unknown" },
      objective: this.#parts.uptime.objective(primary, availabilityObjective(record.tier), now),
      history: this.#parts.uptime.history(primary, now),
      dependencies: record.dependencies.map((needed) => {
        const health = needed.kind === "service" ? this.#parts.registry.get(needed.name)?.health : undefined;
        return { ...needed, ...(health !== undefined && { health }) };
      }),
      dependants: this.#parts.entries.dependants(name),
      tools: record.tools,
    };
  }

  days(names: readonly string[]): Record<string, HealthDay[]> {
    const now = this.#parts.clock.now();
    return Object.fromEntries(names.map((name) => [name, this.#parts.uptime.history(this.#primaryOf(name), now)]));
  }

  latency(name: string): { at: string; milliseconds?: number }[] {
    return this.#parts.uptime.latency(this.#primaryOf(name), this.#parts.clock.now());
  }

  stats(families: Families): RegistryStats {
    return this.#parts.entries.stats(families, this.#parts.health.stale(this.#parts.clock.now()));
  }

  summary(families: Families): HealthSummary {
    const now = this.#parts.clock.now();
    const counts: Partial<Record<HealthState, number>> = {};
    const byFamily: Record<string, Partial<Record<HealthState, number>>> = {};
    for (const { family, health, n } of this.#parts.entries.counts(families, this.#parts.health.stale(now))) {
      counts[health] = (counts[health] ?? 0) + n;
      byFamily[family] = { ...byFamily[family], [health]: n };
    }
    const { lastRound, blindSince } = this.#parts.health;
    const sees = (family: string) => families === "all" || families.includes(family);
    const active = this.#parts.maintenance.active(now);
    return {
      ...(lastRound !== undefined && { at: new Date(lastRound).toISOString() }),
      ...(blindSince !== undefined && { blindSince: new Date(blindSince).toISOString() }),
      counts,
      byFamily,
      maintenance: this.#parts.registry
        .all()
        .flatMap(({ record: { name, family } }) => (sees(family) && active({ name, family }) ? [name] : [])),
      synthetics: this.#parts.pages
        .filter(({ family }) => sees(family))
        .flatMap(({ name }) =>
          this.#parts.health.checksOf(name, "synthetic").map((check) => ({ name, ...this.#report(check, now) })),
        ),
    };
  }

  /** The check by which its uptime is told. */
  #primaryOf(name: string): string {
    const kinds = this.#parts.health.checksOf(name).map(({ kind }) => kind);
    return `${kinds.includes("active") ? "active" : "heartbeat"}/${name}`;
  }

  #report({ kind, state, suppressedBy }: StoredCheck, now: number): CheckReport {
    const blind = kind !== "heartbeat" && this.#parts.health.blindSince !== undefined;
    const { last } = state;
    const since = state.flappingSince ?? state.since;
    return {
      kind,
      health: healthOf(state, { now, interval: intervalOf(kind), blind }),
      ...(since !== undefined && { since: new Date(since).toISOString() }),
      ...(last && {
        last: {
          at: new Date(last.at).toISOString(),
          good: last.good,
          detail: last.detail,
          ...(last.latency !== undefined && { latency: last.latency }),
        },
      }),
      ...(suppressedBy !== undefined && { suppressedBy }),
    };
  }
}
