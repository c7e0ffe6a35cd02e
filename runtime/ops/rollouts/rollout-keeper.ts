import type { OfferState, Rollout, RolloutRequest } from "../../../contracts/ops-rollouts.ts";
import {
  type ChildName,
  type ChildState,
  type ReleaseKind,
  type ReleaseReport,
  releaseKinds,
  tickSeconds,
} from "../../../contracts/ops-sync.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import { SignalOutbox } from "../incidents/signal-outbox.ts";
import type { CurrentRelease, Offer } from "./rollout-object.ts";
import { type OfferRow, type Progress, RolloutTable, rolloutOf, type StandingRollout } from "./rollout-table.ts";

/** By then every child that is alive has come, and was not in need of an offer. */
const quietMilliseconds = 2.2 * tickSeconds * 1_000;
/** A child that was offered a release so often and did not take it is left alone. */
const mostAttempts = 3;

/** What happened to a rollout, as its events call it. */
type RolloutNews = "offered" | "advanced" | "paused" | "resumed" | "halted" | "completed" | "superseded";

const bad: readonly OfferState[] = ["failed", "rolled-back", "silent"];
const inFlight: readonly OfferState[] = ["offered", "applying"];

/** Decides who is offered what. There is one, so that the limit of a wave holds whoever asks at the same time. */
export class RolloutKeeper {
  readonly outbox: SignalOutbox;
  readonly #storage: ObjectStorage;
  readonly #table: RolloutTable;
  readonly #clock: Clock;

  constructor(storage: ObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#table = new RolloutTable(storage);
    this.outbox = new SignalOutbox(storage);
    this.#clock = clock;
  }

  current(): CurrentRelease[] {
    const known = new Set<string>();
    const all: CurrentRelease[] = [];
    for (const one of this.#table.standing()) {
      for (const family of one.plan.families) {
        const { service, kind, counter } = one;
        const key = `${service}/${kind}/${family}`;
        if (known.has(key)) continue;
        known.add(key);
        all.push({ service, kind, family, counter, open: one.state === "running" || one.state === "done" });
      }
    }
    return all;
  }

  offer(name: ChildName, state: ChildState, kinds: readonly ReleaseKind[] = releaseKinds): Offer[] {
    return this.#storage.transactionSync(() => {
      const offers = kinds.flatMap((kind) => {
        const one = this.#table.standing(state.service, kind).find(({ plan }) => plan.families.includes(name.family));
        if (one === undefined || state[kind] >= one.counter || !this.#permit(one, name)) return [];
        return [{ kind, service: one.service, counter: one.counter, content: one.plan.content }];
      });
      return offers.sort((a, b) => a.counter - b.counter);
    });
  }

  report({ family, child }: ChildName, reports: readonly ReleaseReport[]): void {
    this.#storage.transactionSync(() => {
      for (const { kind, counter, state, reason } of reports) {
        const before = this.#table.offer(counter, family, child);
        const one = this.#table.find(counter);
        // What was never offered cannot have been applied.
        if (before === undefined || one?.kind !== kind) continue;
        if (state === "applying" && before.state !== "offered") continue;
        this.#table.put({ ...before, state, reason: reason ?? null }, before);
        this.#judge(one);
      }
    });
  }

  start(
    request: RolloutRequest,
    families: readonly string[],
    populations: Readonly<Record<string, number>>,
    by: string,
  ): Rollout {
    return this.#storage.transactionSync(() => {
      const { service, kind, waves, content, failurePercent, mostAtOnce, answerSeconds } = request;
      const planned = waves.map((wave) => ({ percent: wave.percent, families: wave.families ?? families }));
      const covered = families.filter((family) => planned.some((wave) => wave.families.includes(family)));
      for (const older of this.#table.standing(service, kind)) {
        if (!older.plan.families.every((family) => covered.includes(family))) continue;
        if (older.state === "halted") this.#settle(older, "A newer rollout took its place.");
        this.#become({ ...older, state: "superseded", reason: `by a newer one of ${by}` }, "superseded");
        this.#table.forget(older.counter);
      }
      const now = this.#clock.now();
      const limits = { content, failurePercent, mostAtOnce, answerSeconds };
      const plan = { ...limits, waves: planned, families: covered, populations, createdAt: now, createdBy: by };
      const added = this.#table.add({ service, kind, plan, waveAt: now });
      this.#tell(added, "offered");
      return rolloutOf(added, []);
    });
  }

  list(before: number | null, limit: number): Rollout[] {
    return this.#table.before(before, limit).map((one) => this.#rollout(one));
  }

  ofService(service: string): Rollout[] {
    return this.#table.standing(service).map((one) => this.#rollout(one));
  }

  /** @throws ProblemError 404, 409 */
  setPaused(service: string, paused: boolean, by: string): Rollout[] {
    return this.#storage.transactionSync(() => {
      const all = this.#table.standing(service);
      if (all.length === 0) {
        const detail = `There is no rollout of ${service}. List them to see what there is.`;
        throw new ProblemError({ status: 404, title: "No such rollout", detail });
      }
      const wanted = all.filter(({ state }) =>
        paused ? state === "running" : state === "paused" || state === "halted",
      );
      if (wanted.length === 0) {
        const detail = `The rollout of ${service} is ${all[0]?.state}: ${paused ? "only a running one can be paused" : "only one that is paused or halted can go on"}.`;
        throw new ProblemError({ status: 409, title: "Nothing to change", detail });
      }
      return wanted.map((one) => {
        if (one.state === "halted") this.#settle(one, `${by} lets it go on.`);
        const failures = count(this.#table.progress(one.counter), bad, { wave: one.wave });
        const changed: StandingRollout = paused
          ? { ...one, state: "paused", reason: `by ${by}` }
          : // What was seen is not held against it again.
            { ...one, state: "running", reason: null, forgiven: failures, waveAt: this.#clock.now() };
        this.#become(changed, paused ? "paused" : "resumed");
        return this.#rollout(changed);
      });
    });
  }

  /** Counts silence as failure, and ends waves that have nothing more to wait for: what the alarm does. */
  check(): void {
    this.#storage.transactionSync(() => {
      for (const row of this.#table.overdue(this.#clock.now(), 500)) {
        this.#table.put({ ...row, state: "silent", reason: "nothing was heard in time" }, row);
      }
      for (const one of this.#table.standing()) this.#judge(one);
    });
  }

  /** When `check` has something to do. */
  get nextDue(): number | undefined {
    const quiet = this.#table
      .standing()
      .filter(({ state, counter }) => state === "running" && count(this.#table.progress(counter), inFlight) === 0)
      .map(quietAt);
    const due = Math.min(this.#table.nextDue ?? Number.POSITIVE_INFINITY, ...quiet);
    return due === Number.POSITIVE_INFINITY ? undefined : due;
  }

  /** Whether a child may apply a release now; if so, it is written down. */
  #permit(one: StandingRollout, { family, child }: ChildName): boolean {
    if (one.state !== "running" && one.state !== "done") return false;
    const now = this.#clock.now();
    const before = this.#table.offer(one.counter, family, child);
    // It asks again, since it did not get the answer or began anew: its time goes on.
    if (before !== undefined && inFlight.includes(before.state)) return before.due > now;
    if (before !== undefined && !mayTryAgain(before, one)) return false;
    const progress = this.#table.progress(one.counter);
    if (count(progress, inFlight) >= one.plan.mostAtOnce) return false;
    if (before === undefined && one.state === "running") {
      if (count(progress, undefined, { family }) >= allowedUpTo(one, family)) return false;
    }
    const row: OfferRow = {
      rollout: one.counter,
      family,
      child,
      wave: before?.wave ?? one.wave,
      state: "offered",
      due: now + one.plan.answerSeconds * 1_000,
      attempts: (before?.attempts ?? 0) + 1,
      reason: null,
    };
    this.#table.put(row, before);
    this.#table.save({ ...one, lastOffer: now });
    return true;
  }

  /** Halts a bad wave, or goes on to the next when one is over. */
  #judge(given: StandingRollout): void {
    const one = this.#table.find(given.counter);
    if (one?.state !== "running") return;
    const progress = this.#table.progress(one.counter);
    const failures = count(progress, bad, { wave: one.wave }) - one.forgiven;
    const planned = plannedFor(one, progress);
    if (failures > Math.floor((planned * one.plan.failurePercent) / 100)) {
      this.#halt(one, `${failures} of ${planned} children of wave ${one.wave + 1} failed`, progress);
      return;
    }
    if (count(progress, inFlight) > 0) return;
    const now = this.#clock.now();
    const full = waveFamilies(one).every(
      (family) =>
        count(progress, undefined, { family }) >= Math.min(allowedUpTo(one, family), populationOf(one, family)),
    );
    if (!full && now < quietAt(one)) return;
    const last = one.wave + 1 >= one.plan.waves.length;
    if (last) this.#become({ ...one, state: "done" }, "completed");
    else this.#become({ ...one, wave: one.wave + 1, waveAt: now, forgiven: 0 }, "advanced");
  }

  #halt(one: StandingRollout, reason: string, progress: readonly Progress[]): void {
    this.#become({ ...one, state: "halted", reason }, "halted");
    const { service, kind, counter, plan } = one;
    const worst = progress.find(({ state, wave }) => bad.includes(state) && wave === one.wave);
    this.outbox.raise({
      fingerprint: fingerprintOf(one),
      title: `The rollout of a ${kind} to ${service} is halted`,
      severity: "critical",
      family: worst?.family ?? plan.families[0] ?? "",
      source: "rollouts",
      subject: service,
      description: `${reason}; nobody else is offered release ${counter}. \`chittyops rollout list\` shows what became of it, \`chittyops rollout resume ${service}\` goes on all the same, and a new rollout takes its place.`,
      runbook: "docs/runbooks/halted-rollout.md",
      at: new Date(this.#clock.now()).toISOString(),
    });
  }

  #settle(one: StandingRollout, reason: string): void {
    this.outbox.clear(fingerprintOf(one), new Date(this.#clock.now()).toISOString(), reason);
  }

  #become(one: StandingRollout, news: RolloutNews): void {
    this.#table.save(one);
    this.#tell(one, news);
  }

  /** Each of its families, since an operator sees the events of one's own only. */
  #tell({ counter, service, kind, state, wave, reason, plan }: StandingRollout, news: RolloutNews): void {
    const data = { counter, service, kind, state, wave: wave + 1, reason, createdBy: plan.createdBy };
    for (const family of plan.families) {
      this.outbox.tell(`cc.chitty.rollout.${news}`, { family, subject: service }, this.#clock.now(), data);
    }
  }

  #rollout(one: StandingRollout): Rollout {
    return rolloutOf(one, this.#table.progress(one.counter));
  }
}

/** Only once everybody had a turn, and where it is known not to have worked only because nothing was heard. */
function mayTryAgain({ state, attempts }: OfferRow, one: StandingRollout): boolean {
  if (attempts >= mostAttempts) return false;
  return state === "applied" || (state === "silent" && one.state === "done");
}

/** How many children of a family may have been offered it by the end of the present wave. */
function allowedUpTo({ wave, plan }: StandingRollout, family: string): number {
  const shares = plan.waves
    .slice(0, wave + 1)
    .filter(({ families }) => families.includes(family))
    .map(({ percent }) => percent);
  const percent = Math.max(0, ...shares);
  if (percent === 100) return Number.POSITIVE_INFINITY;
  return Math.ceil(((plan.populations[family] ?? 0) * percent) / 100);
}

/** How many the present wave is meant for, those of waves before it not counted; 1 at least. */
function plannedFor(one: StandingRollout, progress: readonly Progress[]): number {
  const planned = waveFamilies(one).reduce((total, family) => {
    const before = progress
      .filter((of) => of.family === family && of.wave < one.wave)
      .reduce((sum, { children }) => sum + children, 0);
    const most = Math.min(allowedUpTo(one, family), Math.max(populationOf(one, family), before));
    return total + Math.max(0, most - before);
  }, 0);
  return Math.max(1, planned);
}

const waveFamilies = ({ wave, plan }: StandingRollout): readonly string[] => plan.waves[wave]?.families ?? [];
const populationOf = ({ plan }: StandingRollout, family: string): number => plan.populations[family] ?? 0;
const quietAt = ({ waveAt, lastOffer }: StandingRollout): number => Math.max(waveAt, lastOffer) + quietMilliseconds;
const fingerprintOf = ({ service, counter }: StandingRollout): string => `rollout-halted/${service}/${counter}`;

function count(
  progress: readonly Progress[],
  states?: readonly OfferState[],
  { family, wave }: { family?: string; wave?: number } = {},
): number {
  return progress
    .filter((of) => states?.includes(of.state) ?? true)
    .filter((of) => family === undefined || of.family === family)
    .filter((of) => wave === undefined || of.wave === wave)
    .reduce((total, { children }) => total + children, 0);
}
