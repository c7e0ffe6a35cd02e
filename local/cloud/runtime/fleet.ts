import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import { drained } from "./drain.ts";
import { type LinkFacts, type LinkTable, linkTable } from "./link-table.ts";
import { Pack, type PackContext } from "./pack.ts";
import { compact, type Plan, plan } from "./placement.ts";
import type { Unit } from "./unit.ts";
import type { UnitFailure, Whereabouts } from "./whereabouts.ts";

export interface FleetOptions {
  context: PackContext;
  /** Folder of Durable Objects and Workflows, one folder per account in it. */
  objectsDirectory: string;
  storage(): Pack;
  log: Log;
  /** How long nothing must have changed before processes are brought together again (three times that for all of them); milliseconds. */
  compactAfter: number;
}

/** How long a workerd that died may take to be replaced; milliseconds. */
const restartTimeout = 20_000;

/** How long changes that follow others at once are gathered, so that they start in one process; milliseconds. */
const gatherFor = 250;

/** When a unit that did not start is tried again; milliseconds. */
const startAgainAfter = 60_000;

/** The workerd processes that run the desired units; brings what runs to what is desired. */
export class Fleet {
  readonly packs = new Set<Pack>();
  /** Called with a process that dies again and again; must end it by `hung`. */
  onBroken: (pack: Pack) => void = () => {};
  readonly #options: FleetOptions;
  #desired: Unit[] = [];
  #facts: LinkFacts = { zones: [], hosts: [], buckets: [] };
  #failures = new Map<string, UnitFailure>();
  /** Units that hung, or may have; each runs in a process of its own. */
  readonly #alone = new Set<string>();
  #waiting: (() => void)[] = [];
  #working: Promise<void> | undefined;
  #again = false;
  #lastChange = Number.NEGATIVE_INFINITY;
  readonly #stopping = new AbortController();
  #compaction: NodeJS.Timeout | undefined;
  readonly #retiring = new Map<Pack, Promise<void>>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Replaces what should run and works towards it; see `settled`. */
  desire(units: Unit[], facts: LinkFacts): void {
    this.#desired = units;
    this.#facts = facts;
    const ids = new Set(units.map(({ id }) => id));
    for (const id of this.#failures.keys()) if (!ids.has(id)) this.#failures.delete(id);
    for (const id of this.#alone) if (!ids.has(id)) this.#alone.delete(id);
    this.#kick();
  }

  /** Resolves when every desired unit serves or has failed. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
  }

  /** The processes that are there, also those that only end what they have begun. */
  *processes(): Iterable<Pack> {
    yield* this.packs;
    yield* this.#retiring.keys();
  }

  whereabouts(unitId: string): Whereabouts {
    const failure = this.#failures.get(unitId);
    if (failure) return { failure };
    for (const pack of this.packs) if (pack.serving && pack.unit(unitId)) return { pack };
    return undefined;
  }

  /** Resolves when something may have changed for those that wait. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends a process that does not answer; each suspect gets a process of its own, the others a new one. */
  async hung(pack: Pack, suspects: readonly string[], failure: UnitFailure): Promise<void> {
    const proven = suspects.length === 1;
    if (proven) pack.guilty = new Set(suspects);
    // Its units run elsewhere already; should one hang there too, it is found there.
    if (this.#retiring.has(pack)) return pack.stop();
    if (!this.packs.has(pack)) return;
    pack.close();
    for (const id of suspects) {
      this.#alone.add(id);
      if (proven) this.#failures.set(id, failure);
    }
    this.packs.delete(pack);
    await pack.stop();
    this.#kick();
    await this.settled();
  }

  /** Stops the processes that hold Durable Objects, does `work`, and starts them again; calls wait meanwhile. */
  async whileObjectsRest(work: () => void): Promise<void> {
    while (this.#working) await this.#working;
    const holders = [...this.packs].filter(({ units }) => units.some(({ stateful }) => stateful));
    const wanted = new Set(this.#desired.map(({ id }) => id));
    const start = holders.map(({ units }) => units.filter(({ id }) => wanted.has(id)));
    this.#working = this.#carryOut({ stopFirst: holders, start, retire: [] }, work).finally(() => {
      this.#working = undefined;
      if (this.#again) this.#kick();
    });
    await this.#working;
  }

  /** Gives a failed unit another chance. */
  forgive(unitId: string): void {
    if (this.#failures.delete(unitId)) this.#kick();
  }

  /** Lets a unit share a process again. */
  release(unitId: string): void {
    if (this.#alone.delete(unitId)) this.#kick();
  }

  get alone(): ReadonlySet<string> {
    return this.#alone;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#compaction);
    await this.#working?.catch(() => undefined);
    await Promise.all([...this.#retiring.values()]);
    await Promise.all([...this.packs].map((pack) => pack.stop()));
    this.packs.clear();
  }

  /** Tells every process where everything is. */
  async publish(): Promise<void> {
    const table = this.#table();
    await Promise.all(
      [...this.packs, this.#options.storage()].map((pack) =>
        pack
          .pushTable(table)
          .catch((error: unknown) => this.#options.log.warn(`${pack.name} took no table: ${String(error)}`)),
      ),
    );
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #kick(): void {
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#compaction);
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopping.signal.aborted) {
      if (performance.now() - this.#lastChange < 4 * gatherFor)
        await delay(gatherFor, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) break;
      this.#again = false;
      const runnable = this.#desired.filter(({ id }) => !this.#failures.has(id));
      await this.#carryOut(plan(runnable, [...this.packs], this.#alone));
      this.#lastChange = performance.now();
    }
    this.#compactLater(this.#options.compactAfter, { processes: 3, units: 6 });
  }

  /** Much waste is cleared up soon after the last change, the rest once it has been quiet for longer. */
  #compactLater(after: number, tolerated: { processes: number; units: number }): void {
    clearTimeout(this.#compaction);
    this.#compaction = setTimeout(() => {
      this.#working ??= this.#compact(tolerated).finally(() => {
        this.#working = undefined;
      });
    }, after).unref();
  }

  async #compact(tolerated: { processes: number; units: number }): Promise<void> {
    const runnable = this.#desired.filter(({ id }) => !this.#failures.has(id));
    const found = compact(runnable, [...this.packs], tolerated, this.#alone);
    if (found && !this.#stopping.signal.aborted) await this.#carryOut(found);
    if (this.#again) await this.#work();
    else if (found || tolerated.processes > 0)
      this.#compactLater(this.#options.compactAfter * 3, { processes: 0, units: 0 });
  }

  async #carryOut({ stopFirst, start, retire }: Plan<Pack>, whileStopped?: () => void): Promise<void> {
    if (stopFirst.length > 0) {
      // Calls wait at the edge and in the links from here on, so that the old objects come to rest.
      for (const pack of stopFirst) pack.close();
      await this.publish();
      const { signal } = this.#stopping;
      await Promise.all(
        stopFirst.map((pack) => drained(pack, this.#others(pack), { atMost: 5000, quiet: 50, callers: 500, signal })),
      );
      await Promise.all(stopFirst.map((pack) => pack.stop()));
      for (const pack of stopFirst) this.packs.delete(pack);
    }
    whileStopped?.();
    const started = await Promise.all(start.map((units) => this.#start(units)));
    for (const pack of retire) pack.close();
    for (const pack of started.flat()) {
      pack.open();
      this.packs.add(pack);
      this.#options.log.info(`started ${pack.label}`);
    }
    await this.publish();
    for (const pack of retire) this.#retire(pack);
  }

  /** Starts units together; where that fails, halves them until the culprit is alone. */
  async #start(units: Unit[]): Promise<Pack[]> {
    if (units.length === 0 || this.#stopping.signal.aborted) return [];
    const stateful = units.find((unit) => unit.stateful);
    try {
      const pack = await Pack.start(this.#options.context, units, {
        storageAddress: this.#options.storage().address,
        ...(stateful ? { objectsDirectory: join(this.#options.objectsDirectory, stateful.spec.accountId) } : {}),
      });
      pack.onDown = () => this.#down(pack);
      pack.onUp = () => this.#up(pack);
      // Alarms of its Durable Objects may call other Workers before anything else does.
      await pack.pushTable(this.#table());
      return [pack];
    } catch (error) {
      const [only] = units;
      if (units.length === 1 && only) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#failures.set(only.id, { kind: "start", reason });
        // It passed its trial, so that the machine may be to blame.
        setTimeout(() => this.forgive(only.id), startAgainAfter).unref();
        this.#options.log.error(`${only.spec.key} does not start: ${reason}`);
        return [];
      }
      const middle = Math.ceil(units.length / 2);
      const first = await this.#start(units.slice(0, middle));
      return [...first, ...(await this.#start(units.slice(middle)))];
    }
  }

  /** Its workerd died by itself; Miniflare starts another. If that does not come up, or dies again and again, it is broken up. */
  #down(pack: Pack): void {
    if (!this.packs.has(pack)) return;
    this.#options.log.warn(`${pack.label} ended unexpectedly and is being restarted`);
    pack.serving = false;
    const now = Date.now();
    pack.crashes.push(now);
    void this.publish();
    const repeated = pack.crashes.filter((at) => now - at < 60_000).length >= 5;
    const breakUp = (): void => {
      if (this.packs.has(pack) && !pack.serving) this.onBroken(pack);
    };
    if (repeated) breakUp();
    else setTimeout(breakUp, restartTimeout).unref();
  }

  #up(pack: Pack): void {
    if (!this.packs.has(pack)) return;
    pack.open();
    void this.publish();
  }

  #retire(pack: Pack): void {
    this.packs.delete(pack);
    // What a Worker does after it has answered (`waitUntil`) gets its time too.
    const ended = drained(pack, this.#others(pack), {
      atMost: 60_000,
      quiet: 2000,
      callers: 0,
      signal: this.#stopping.signal,
    })
      .then(() => pack.stop())
      .finally(() => {
        this.#retiring.delete(pack);
        this.#options.log.info(`ended ${pack.label}`);
      });
    this.#retiring.set(pack, ended);
  }

  #others(pack: Pack): Pack[] {
    return [...this.packs].filter((other) => other !== pack);
  }

  #table(): LinkTable {
    return linkTable(this.#desired, (unit) => this.whereabouts(unit.id), {
      storage: this.#options.storage().address,
      ...this.#facts,
    });
  }

  /** The table's entry for a script or a Durable Object namespace. */
  entry(query: { script?: string; object?: string }): unknown {
    const { scripts, objects } = this.#table();
    return query.script === undefined ? objects[query.object ?? ""] : scripts[query.script];
  }
}
