import type { Maintenance, MaintenancePage, NewMaintenance } from "../../../contracts/ops-health.ts";
import type { Heartbeat, Registered, Registration, RegistryDetail } from "../../../contracts/ops-registry.ts";
import type { CertificateEnd } from "../../../contracts/ops-security.ts";
import type { RegistryRecord } from "../../../contracts/registry-record.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import type { EventObject } from "../events/event-object.ts";
import { type DueCheck, HealthKeeper, type Page } from "../health/health-keeper.ts";
import { lookAt } from "../health/look-at.ts";
import { MaintenanceKeeper } from "../health/maintenance-keeper.ts";
import { Outbox } from "../health/outbox.ts";
import { UptimeKeeper } from "../health/uptime-keeper.ts";
import type { IncidentObject } from "../incidents/incident-object.ts";
import { type OutboundAnswer, OutboundError } from "../outbound/fetch-safely.ts";
import { inParallel } from "../outbound/in-parallel.ts";
import { lease, type RegistryChange, RegistryKeeper } from "../registry/registry-keeper.ts";
import { type Families, RegistryView } from "../registry/registry-view.ts";
import { DirectoryView } from "./directory-view.ts";

/** Looks at a time: what a Worker may wait for at once. */
const atOnce = 6;
/** Looks that a clock which was advanced makes up for in one round. */
const mostCatchingUp = 3;
const dayMilliseconds = 24 * 3_600_000;

/** What the directory reaches. */
export interface World {
  /** @param ours the address is one of our own @throws OutboundError */
  get(url: string, options: { largestBody: number; ours: boolean }): Promise<OutboundAnswer>;
  records: { names(): Promise<string[]>; read(names: readonly string[]): Promise<RegistryRecord[]> };
  /** Whether something that has nothing to do with us is reached; absent where there is nothing to try. */
  canary?: (() => Promise<boolean>) | undefined;
  incidents: Pick<IncidentObject, "raise" | "clear">;
  events: Pick<EventObject, "publish">;
}

export interface DirectoryOptions {
  world: World;
  clock: Clock;
  /** Where the plane is reached, without a slash at the end. */
  url: string;
  /** The family that the plane itself belongs to. */
  family: string;
  pages: readonly Page[];
}

/** Who is there and how they are: the registry, the checks, the windows of maintenance and the time that each was up. */
export class DirectoryKeeper {
  readonly view: DirectoryView;
  /** What the registry lists. */
  readonly entries: RegistryView;
  readonly #options: DirectoryOptions;
  readonly #registry: RegistryKeeper;
  readonly #maintenance: MaintenanceKeeper;
  readonly #uptime: UptimeKeeper;
  readonly #outbox: Outbox;
  readonly #health: HealthKeeper;
  #rolledUp = 0;

  constructor(storage: ObjectStorage, options: DirectoryOptions) {
    this.#options = options;
    this.#registry = new RegistryKeeper(storage);
    this.entries = new RegistryView(storage);
    this.#maintenance = new MaintenanceKeeper(storage);
    this.#uptime = new UptimeKeeper(storage);
    this.#outbox = new Outbox(storage);
    const { pages, family } = options;
    this.#health = new HealthKeeper(storage, {
      registry: this.#registry,
      maintenance: this.#maintenance,
      uptime: this.#uptime,
      outbox: this.#outbox,
      pages,
      family,
    });
    this.view = new DirectoryView({
      registry: this.#registry,
      entries: this.entries,
      health: this.#health,
      maintenance: this.#maintenance,
      uptime: this.#uptime,
      pages,
      clock: options.clock,
    });
  }

  /** Learns what is deployed, lets go of who is silent for long, looks at what is due, and tells of what that changes. */
  async round(now: number): Promise<void> {
    await this.#syncCatalog(now);
    const listening = this.#health.begin(now);
    this.#tell(this.#registry.reap(now, listening), now);
    for (let turn = 0; turn < mostCatchingUp; turn += 1) {
      const due = this.#health.due(now);
      if (due.length > 0 || turn === 0) await this.#look(due, now);
      else break;
    }
    if (Math.floor(now / dayMilliseconds) !== this.#rolledUp) {
      this.#uptime.rollUp(now);
      this.#rolledUp = Math.floor(now / dayMilliseconds);
    }
    await this.send();
  }

  /** When there is something to do before the next minute. */
  nextLook(): number | undefined {
    return this.#health.nextLook();
  }

  /** Tells other modules what they have to know. @returns whether they know all of it */
  async send(): Promise<boolean> {
    const { incidents, events } = this.#options.world;
    for (;;) {
      const [next] = this.#outbox.pending(1);
      if (next === undefined) return true;
      const { sequence, notice } = next;
      try {
        if (notice.kind === "raise") await incidents.raise(notice.signal);
        else if (notice.kind === "clear") await incidents.clear(notice.fingerprint, notice.at, notice.reason);
        else await events.publish(notice.event);
      } catch (error) {
        console.warn(`Not told, and kept: ${String(error)}`);
        return false;
      }
      this.#outbox.sent(sequence);
    }
  }

  /** A Worker is not shown the certificates of whom it asks: it is told. Those of services that are not known here are left out. */
  setCertificates(certificates: readonly CertificateEnd[]): void {
    for (const { service, until } of certificates) this.#registry.setCertificate(service, Date.parse(until));
  }

  /** @throws ProblemError 404, 409 */
  async check(name: string): Promise<RegistryDetail> {
    const now = this.#options.clock.now();
    const due = this.#health.demanded(name, now);
    if (due === undefined) {
      const detail = `${name} has no health check that could be made. It is watched by its heartbeats, or runs nowhere.`;
      throw new ProblemError({ status: 409, title: "Nothing to check", detail });
    }
    await this.#look([due], now);
    await this.send();
    const found = this.view.get(name, "all");
    if (found !== undefined) return found;
    throw new ProblemError({ status: 404, title: "Not found", detail: `${name} has just been removed.` });
  }

  challenge(name: string, endpoint: string) {
    return this.#registry.challenge({ name, endpoint }, this.#options.clock.now());
  }

  /** @throws ProblemError 400, 403, 409 */
  async register(registration: Registration): Promise<Registered> {
    const { clock, world, url } = this.#options;
    const { url: shownAt, proof } = this.#registry.expected(registration, clock.now());
    let found: OutboundAnswer;
    try {
      found = await world.get(shownAt, { largestBody: 1_024, ours: false });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw notShown(`${shownAt} was not read: ${error.message}.`, error.refused ? 400 : 403);
    }
    if (found.status !== 200) throw notShown(`${shownAt} answers ${found.status} where 200 is expected.`, 403);
    if (found.body.trim() !== proof) throw notShown(`${shownAt} does not answer the proof of this challenge.`, 403);
    const now = clock.now();
    const { id, token, change } = this.#registry.register(registration, now);
    this.#health.watch(now);
    this.#tell([change], now);
    await this.send();
    return {
      id,
      token,
      heartbeat: {
        url: `${url}/api/v1/services/${id}/heartbeat`,
        interval: lease.interval / 1_000,
        expiresAfter: lease.expiresAfter / 1_000,
      },
    };
  }

  /** @throws ProblemError 401 */
  heartbeat(id: string, token: string, heartbeat: Heartbeat): { service: string } {
    const now = this.#options.clock.now();
    const service = this.#registry.heartbeat(id, token, heartbeat, now);
    this.#health.beat(service, now);
    return { service };
  }

  registered(id: string): { name: string; family: string } | undefined {
    const found = this.#registry.byId(id);
    return found?.source === "registered" ? found.record : undefined;
  }

  async deregister(id: string): Promise<void> {
    const change = this.#registry.deregister(id);
    if (change !== undefined) this.#tell([change], this.#options.clock.now());
    await this.send();
  }

  planMaintenance(window: NewMaintenance, by: string): Maintenance {
    return this.#maintenance.plan(window, by, this.#options.clock.now());
  }

  maintenance(families: Families, after: string | undefined, limit: number): MaintenancePage {
    const windows = this.#maintenance.list(families, after, limit + 1, this.#options.clock.now());
    const next = windows.length > limit ? windows[limit - 1]?.id : undefined;
    return { windows: windows.slice(0, limit), ...(next !== undefined && { next }) };
  }

  maintenanceWindow(id: string): Maintenance | undefined {
    return this.#maintenance.get(id, this.#options.clock.now());
  }

  endMaintenance(id: string): void {
    this.#maintenance.end(id, this.#options.clock.now());
  }

  async #syncCatalog(now: number): Promise<void> {
    const { records } = this.#options.world;
    try {
      const names = await records.names();
      const read = await records.read(this.#registry.unread(names, now));
      this.#tell(this.#registry.syncCatalog(names, read, now), now);
    } catch (error) {
      // What was known goes on being watched.
      console.warn(`The registry's records cannot be read: ${String(error)}`);
    }
  }

  async #look(due: readonly DueCheck[], now: number): Promise<void> {
    const { world } = this.#options;
    const results = await inParallel(due, atOnce, async ({ id, look, ours, at }) => {
      const get = (url: string, largestBody: number) => world.get(url, { largestBody, ours });
      return [id, await lookAt(look, get, at)] as const;
    });
    const bad = results.some(([, { good }]) => !good);
    const canary = bad && world.canary !== undefined ? await world.canary() : undefined;
    this.#health.take(now, new Map(results), canary);
  }

  #tell(changes: readonly RegistryChange[], now: number): void {
    for (const { change, record } of changes) {
      const { version, endpoints } = record;
      this.#outbox.event(`cc.chitty.service.${change}`, record, now, { version, endpoints });
    }
  }
}

function notShown(detail: string, status: 400 | 403): ProblemError {
  return new ProblemError({
    status,
    title: "Endpoint not shown to be yours",
    detail: `${detail} Answer the proof there, as text, until it is registered.`,
  });
}
