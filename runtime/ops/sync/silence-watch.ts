import { tickSeconds } from "../../../contracts/ops-sync.ts";
import type { SignalOutbox } from "../incidents/signal-outbox.ts";
import { type Child, type ChildTable, newsOf } from "./child-table.ts";

const interval = tickSeconds * 1_000;
/** An alarm that comes later than this was not late because of a child: the plane itself did not run. */
const blindMilliseconds = 60_000;
/** A child that was silent for so long is forgotten; it may enrol again. */
const forgottenAfter = 90 * 86_400_000;
/** So many of one family, in one object and within a few intervals, are no accident of each. */
const fleetFrom = 3;
/** Who is silent for so long does not come back with the others. */
const lostMilliseconds = 86_400_000;
const batch = 200;

/**
 * Finds children that missed their tick: those of one object, by the time at which each is due. A few are an incident each. Many of one
 * family are one together, and with those that other objects miss: each object is one of its affected.
 */
export class SilenceWatch {
  readonly #table: ChildTable;
  readonly #outbox: SignalOutbox;
  readonly #object: string;

  /** @param object its name */
  constructor(table: ChildTable, outbox: SignalOutbox, object: string) {
    this.#table = table;
    this.#outbox = outbox;
    this.#object = object;
  }

  /**
   * Looks at the children whose time has come, 200 at most.
   * @param lateMilliseconds how much later than it was set the alarm came
   */
  check(now: number, lateMilliseconds: number): void {
    const fleets = this.#table.fleets();
    const silent = new Set<string>();
    for (const child of this.#table.due(now, batch)) {
      if (child.condition === "silent") this.#table.remove(child);
      else if (lateMilliseconds > blindMilliseconds) this.#table.put({ ...child, due: now + 1.5 * interval }, child);
      else {
        const missed = { ...child, condition: "silent", due: now + forgottenAfter } as const;
        this.#table.put(missed, child);
        this.#outbox.tell("cc.chitty.child.silent", ...newsOf(child, now));
        if (fleets.includes(child.family)) continue;
        silent.add(child.family);
        this.#raise(missed, now);
      }
    }
    for (const family of silent) this.#gather(family, now);
  }

  /** A silent child is heard of again, or has nothing more to say. */
  settle(child: Child, now: number, reason: string): void {
    if (!this.#table.fleets().includes(child.family)) this.#clear(child, now, reason);
    else this.#scatter(child.family, now);
  }

  #gather(family: string, now: number): void {
    const lately = this.#table.silentSince(family, now - 3 * interval, batch);
    if (lately.length < fleetFrom) return;
    this.#table.setFleet(family, true);
    const versions = [...new Set(lately.map(({ service, version }) => `${service} ${version}`))].slice(0, 5);
    this.#outbox.raise({
      fingerprint: fleetFingerprint(family),
      title: `Children of ${family} are silent`,
      severity: "critical",
      family,
      source: "sync",
      subject: this.#object,
      description: `${lately.length} of those that ${this.#object} keeps missed their tick within ${(3 * tickSeconds) / 60} minutes, among them ${lately[0]?.child}. They ran ${versions.join(", ")}. \`chittyops children list --condition silent\` shows all.`,
      runbook,
      at: iso(now),
    });
    for (const child of lately) this.#clear(child, now, `It is one of many: ${fleetFingerprint(family)}.`);
  }

  /** Once only a few are left, they are an incident each again. */
  #scatter(family: string, now: number): void {
    const left = this.#table.silentSince(family, 0, batch);
    if (left.filter(({ seen }) => seen > now - lostMilliseconds).length >= fleetFrom) return;
    this.#table.setFleet(family, false);
    const reason = `All but ${left.length} of those that ${this.#object} keeps are heard of again.`;
    this.#outbox.clear(fleetFingerprint(family), iso(now), reason, this.#object);
    for (const child of left) this.#raise(child, now);
  }

  #raise(missing: Child, now: number): void {
    const { family, child, service, version, seen } = missing;
    this.#outbox.raise({
      fingerprint: fingerprintOf(missing),
      title: `${family}/${child} is silent`,
      severity: "major",
      family,
      source: "sync",
      subject: `${family}/${child}`,
      description: `Its last tick was at ${iso(seen)}, and it missed the next. It ran ${service} ${version}.`,
      runbook,
      at: iso(now),
    });
  }

  #clear(child: Child, now: number, reason: string): void {
    this.#outbox.clear(fingerprintOf(child), iso(now), reason);
  }
}

const runbook = "docs/runbooks/silent-child.md";
const fingerprintOf = ({ family, child }: Child): string => `child-silent/${family}/${child}`;
const fleetFingerprint = (family: string): string => `children-silent/${family}`;
const iso = (at: number): string => new Date(at).toISOString();
