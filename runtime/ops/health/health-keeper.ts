import { type CheckKind, checking } from "../../../contracts/ops-health.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { KeptService, RegistryKeeper } from "../registry/registry-keeper.ts";
import { afterResult, type CheckResult, type CheckState, healthOf, isUndecided } from "./check-state.ts";
import { CheckStore, intervalOf, type StoredCheck } from "./check-store.ts";
import { type Canary, isBlind } from "./is-blind.ts";
import type { Look } from "./look-at.ts";
import type { MaintenanceKeeper } from "./maintenance-keeper.ts";
import type { Outbox } from "./outbox.ts";
import { blindFingerprint, blindSignal, planIncidents } from "./plan-incidents.ts";
import { healthOfAll, planInput } from "./plan-input.ts";
import type { Spent, UptimeKeeper } from "./uptime-keeper.ts";

/** Rounds come each minute. After so long without one, nobody can say what was in between. */
const gapMilliseconds = 3 * 60_000;
/** The plane is blind for so long before somebody is told: two rounds. */
const blindMilliseconds = 2 * 60_000;

/** A page that is watched as users get it. */
export interface Page {
  name: string;
  family: string;
  look: Look;
}

/** A check whose time has come. `at`: when it counts. */
export interface DueCheck {
  id: string;
  look: Look;
  /** The address is one of the catalog's or the configuration's, not one that somebody registered. */
  ours: boolean;
  at: number;
}

export interface HealthParts {
  registry: RegistryKeeper;
  maintenance: MaintenanceKeeper;
  uptime: UptimeKeeper;
  outbox: Outbox;
  pages: readonly Page[];
  /** The family that the plane itself belongs to. */
  family: string;
}

/** What a result is judged by. */
interface Around {
  blind: boolean;
  inMaintenance: (service: { name: string; family: string }) => boolean;
  services: ReadonlyMap<string, KeptService>;
}

/** How everything that is watched is, and which incidents that makes. A round is taken in at once or not at all. */
export class HealthKeeper {
  readonly #storage: ObjectStorage;
  readonly #checks: CheckStore;
  readonly #parts: HealthParts;

  constructor(storage: ObjectStorage, parts: HealthParts) {
    this.#storage = storage;
    this.#parts = parts;
    this.#checks = new CheckStore(storage);
    migrate(storage, "rounds", [["CREATE TABLE IF NOT EXISTS rounds (key TEXT PRIMARY KEY, at INTEGER)"]]);
  }

  /** Begins a round. @returns since when the plane has been listening without a gap */
  begin(now: number): number {
    return this.#storage.transactionSync(() => {
      const last = this.#time("round") ?? now;
      // The clock was set back: nothing waits until it is there again.
      if (last > now + gapMilliseconds) this.#checks.dueBy(now + checking.interval);
      if (this.stale(now)) {
        this.#setTime("listening", now);
        this.#checks.forgiveSilence(now);
      }
      this.#setTime("round", now);
      this.watch(now);
      return this.#time("listening") ?? now;
    });
  }

  /** What is watched is what is there now. */
  watch(now: number): void {
    const { pages, registry } = this.#parts;
    const wanted: { kind: CheckKind; name: string }[] = pages.map(({ name }) => ({ kind: "synthetic", name }));
    for (const { source, record, health } of registry.all()) {
      const { name, health_check } = record;
      if (health_check !== undefined) wanted.push({ kind: "active", name });
      if (source === "registered") wanted.push({ kind: "heartbeat", name });
      else if (health_check === undefined && health !== "excluded") registry.setHealth(name, "excluded");
    }
    this.#checks.keepOnly(wanted, now);
  }

  /** Checks that are due, or as good as due; one that is undecided waits its time. */
  due(now: number): DueCheck[] {
    return this.#checks.all().flatMap((check) => {
      const undecided = isUndecided(check.state);
      if (check.kind === "heartbeat" || check.nextAt > now + (undecided ? 0 : checking.interval / 2)) return [];
      // A clock that is advanced makes up for the looks in between that would have decided.
      return this.#look(check, undecided ? Math.max(check.nextAt, now - checking.interval) : now);
    });
  }

  /** The check of a service, to be made on demand. */
  demanded(name: string, now: number): DueCheck | undefined {
    const check = this.#checks.get(`active/${name}`);
    return check && this.#look(check, now)[0];
  }

  /** Takes in what was found, and tells of what that changes. */
  take(now: number, results: ReadonlyMap<string, CheckResult>, canary: Canary): void {
    this.#storage.transactionSync(() => {
      for (const [id, { at, good }] of results) this.#checks.found(id, at, good);
      const around: Around = { ...this.#around(now), blind: this.#judgeSight(now, canary) };
      for (const check of this.#checks.all()) {
        const result = results.get(check.id) ?? silence(check, now);
        if (result !== undefined) this.#apply(check, result, around);
      }
      this.#hurryRelated(now, results, around.services);
      if (!around.blind) this.#plan(now, around);
      for (const service of around.services.values()) this.#show(service, now, around.blind);
    });
  }

  /** A service said that it lives. */
  beat(name: string, now: number): void {
    this.#storage.transactionSync(() => {
      const check = this.#checks.get(`heartbeat/${name}`);
      const last = check?.state.last;
      // Beats in a burst are one.
      if (check === undefined || (last?.good && now - last.at < checking.interval / 2)) return;
      const around = this.#around(now);
      this.#apply(check, { at: now, good: true, detail: "was heard" }, { ...around, blind: false });
      const service = around.services.get(name);
      if (service !== undefined) this.#show(service, now, this.blindSince !== undefined);
    });
  }

  /** When it is worth looking before the next minute: something is about to be decided. */
  nextLook(): number | undefined {
    const undecided = this.#checks.all().filter(({ kind, state }) => kind !== "heartbeat" && isUndecided(state));
    return undecided.length === 0 ? undefined : Math.min(...undecided.map(({ nextAt }) => nextAt));
  }

  /** Since when the plane sees nothing. */
  get blindSince(): number | undefined {
    return this.#time("blind");
  }

  get lastRound(): number | undefined {
    return this.#time("round");
  }

  /** Whether nobody has looked for so long that nothing is known. */
  stale(now: number): boolean {
    const last = this.#time("round");
    return last === undefined || Math.abs(now - last) > gapMilliseconds;
  }

  /** How a service, or a page, is watched. */
  checksOf(name: string, kind?: CheckKind): StoredCheck[] {
    return this.#checks
      .of(name)
      .filter((check) => (kind === undefined ? check.kind !== "synthetic" : check.kind === kind));
  }

  #around(now: number): Omit<Around, "blind"> {
    const { maintenance, registry } = this.#parts;
    return {
      inMaintenance: maintenance.active(now),
      services: new Map(registry.all().map((service) => [service.record.name, service])),
    };
  }

  #judgeSight(now: number, canary: Canary): boolean {
    const { outbox, family } = this.#parts;
    const blind = isBlind(this.#checks.all(), canary, now);
    const since = this.#time("blind");
    const open = outbox.open().has(blindFingerprint);
    if (blind && since === undefined) this.#setTime("blind", now);
    if (blind && since !== undefined && now - since >= blindMilliseconds && !open) {
      outbox.raise(blindSignal(since, now, family), "blind");
    }
    if (!blind && since !== undefined) {
      this.#storage.sql.exec("DELETE FROM rounds WHERE key = 'blind'");
      if (open) outbox.clear(blindFingerprint, now, "Its checks reach something again.");
    }
    return blind;
  }

  #apply(check: StoredCheck, result: CheckResult, { blind, inMaintenance, services }: Around): void {
    const { id, kind, name, state: before } = check;
    const interval = intervalOf(kind);
    const service = services.get(name);
    const maintenance = inMaintenance({ name, family: this.#familyOf(check, service) });
    // What a blind plane finds to be wrong is neither believed nor charged.
    const unseen = blind && !result.good && kind !== "heartbeat";
    const spent = unseen ? "unknown" : maintenance ? "maintenance" : spentBy(result);
    const { latency } = result;
    this.#parts.uptime.account(id, result.at, spent, { interval, ...(latency !== undefined && { latency }) });
    const after = unseen ? before : afterResult(before, result, interval);
    const soon = !unseen && kind !== "heartbeat" && isUndecided(after);
    this.#checks.settle(id, after, result.at + (soon ? checking.quickInterval : interval));
    if (service === undefined || !tells(before, after)) return;
    const shown = (state: CheckState, now: number) => healthOf(state, { now, interval, blind: false });
    const health = shown(after, result.at);
    this.#parts.outbox.event(`cc.chitty.service.${health}`, service.record, result.at, {
      check: kind,
      health,
      before: shown(before, before.last?.at ?? result.at),
      detail: result.detail,
    });
  }

  /** What has just begun to fail may not be alone: what it needs, and what needs the same database, is looked at soon. */
  #hurryRelated(now: number, results: ReadonlyMap<string, CheckResult>, services: Around["services"]): void {
    const failed = this.#checks.all().filter(({ id, state }) => results.get(id)?.good === false && state.against === 1);
    const needed = failed.flatMap(({ name }) => services.get(name)?.record.dependencies ?? []);
    const databases = new Set(needed.flatMap(({ kind, name }) => (kind === "database" ? [name] : [])));
    const names = new Set(needed.flatMap(({ kind, name }) => (kind === "service" ? [name] : [])));
    for (const { record } of services.values()) {
      if (record.dependencies.some(({ kind, name }) => kind === "database" && databases.has(name)))
        names.add(record.name);
    }
    for (const name of names) this.#checks.hurry(`active/${name}`, now + checking.quickInterval);
  }

  #plan(now: number, { services, inMaintenance }: Around): void {
    const { outbox, uptime } = this.#parts;
    const checks = this.#checks.all();
    const watched = checks.map((check) => {
      const service = services.get(check.name);
      const family = this.#familyOf(check, service);
      const tier = service?.record.tier ?? 1;
      return { ...check, family, tier, maintenance: inMaintenance({ name: check.name, family }) };
    });
    const plan = planIncidents(planInput({ now, watched, services, uptime, open: outbox.open() }));
    for (const { signal, phase } of plan.raise) outbox.raise(signal, phase);
    for (const { fingerprint, reason } of plan.clear) outbox.clear(fingerprint, now, reason);
    for (const check of checks) this.#checks.suppress(check, plan.suppressed.get(check.id), now);
  }

  /** Health of a service as the registry lists it. */
  #show({ record: { name }, health: before, checkedAt }: KeptService, now: number, blind: boolean): void {
    const checks = this.checksOf(name);
    if (checks.length === 0) return;
    const { health, last } = healthOfAll(checks, now, blind);
    if (health !== before || last?.at !== checkedAt) this.#parts.registry.setHealth(name, health, last);
  }

  #look({ id, kind, name }: StoredCheck, at: number): DueCheck[] {
    if (kind === "synthetic") {
      return this.#parts.pages.filter((page) => page.name === name).map(({ look }) => ({ id, look, ours: true, at }));
    }
    const service = this.#parts.registry.get(name);
    const check = service?.record.health_check;
    if (service === undefined || check === undefined) return [];
    const look = { url: check.url, status: 200, body: { json: check.expect } };
    return [{ id, look, ours: service.source === "catalog", at }];
  }

  #familyOf({ kind, name }: StoredCheck, service: KeptService | undefined): string {
    const page = kind === "synthetic" ? this.#parts.pages.find((one) => one.name === name) : undefined;
    return page?.family ?? service?.record.family ?? this.#parts.family;
  }

  #time(key: "round" | "listening" | "blind"): number | undefined {
    return this.#storage.sql.exec<{ at: number }>("SELECT at FROM rounds WHERE key = ?", key).toArray()[0]?.at;
  }

  #setTime(key: "round" | "listening" | "blind", at: number): void {
    this.#storage.sql.exec("INSERT OR REPLACE INTO rounds VALUES (?, ?)", key, at);
  }
}

/** A heartbeat that did not come in time. */
function silence({ kind, nextAt, state }: StoredCheck, now: number): CheckResult | undefined {
  if (kind !== "heartbeat" || nextAt > now) return undefined;
  const since = state.last === undefined ? "" : `, last looked for at ${new Date(state.last.at).toISOString()}`;
  return { at: now, good: false, fault: "unreachable", detail: `was not heard${since}` };
}

/** A redirect says nothing of whether it is up. */
function spentBy(result: CheckResult): Spent {
  if (result.good) return "up";
  return result.fault === "unverifiable" ? "unknown" : "down";
}

/** Whether somebody who follows it wants to know: it changed its mind, or began or ended to flap. While it flaps, nobody does. */
function tells(before: CheckState, after: CheckState): boolean {
  if (before.flappingSince !== after.flappingSince) return true;
  if (after.flappingSince !== undefined || before.settled === after.settled) return false;
  return before.settled !== "new" || after.settled === "down";
}
