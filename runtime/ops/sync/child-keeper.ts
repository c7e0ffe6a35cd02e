import { createHash } from "node:crypto";
import { type ChildHealth, type ChildName, type ChildRecord, tickSeconds } from "../../../contracts/ops-sync.ts";
import { slotOf, stretchOf, untilSlot } from "../../../contracts/sync-schedule.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { VerifiedCall } from "../../signed-request/signed-request.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import { SignalOutbox } from "../incidents/signal-outbox.ts";
import type { ChildCount, ChildFilter, ChildMessage, Taken } from "./child-object.ts";
import { type Child, ChildTable, type Later, newsOf } from "./child-table.ts";
import { LoadMeter } from "./load-meter.ts";
import { Shared } from "./shared.ts";
import { SilenceWatch } from "./silence-watch.ts";

const interval = tickSeconds * 1_000;
/** Ticks a second that one object takes before it asks its children to come less often; at six times as many it refuses. */
const capacity = 150;
/** A child's calls that are still good; a child that makes more is told to slow down. */
const mostCalls = 32;
/** Longer than a signature is good, clock tolerance included. */
const keptCallSeconds = 60;
const never = Date.UTC(9999, 0);
const well = Shared.of<ChildHealth>({ status: "ok" });

/** All that one object knows of its children. Times are the plane's. */
export class ChildKeeper {
  readonly outbox: SignalOutbox;
  readonly #table: ChildTable;
  readonly #silence: SilenceWatch;
  readonly #load = new LoadMeter();
  readonly #random: () => number;

  /**
   * @param object its name
   * @param later sees to it that what most ticks change is stored soon; by default it is at once
   */
  constructor(
    storage: ObjectStorage,
    object: string,
    random: () => number = Math.random,
    later: Later = (write) => write(),
  ) {
    this.#table = new ChildTable(storage, later);
    this.outbox = new SignalOutbox(storage);
    this.#silence = new SilenceWatch(this.#table, this.outbox, object);
    this.#random = random;
  }

  /**
   * Takes what a child said, once. It is stored once `later` has.
   * @throws ProblemError 403: revoked; 409: replayed, or never enrolled; 429: too many calls; 503: too many children at once
   */
  receive(name: ChildName, call: Pick<VerifiedCall, "id" | "expires">, message: ChildMessage, clock: Clock): Taken {
    const now = clock.now();
    const rate = this.#load.note(now);
    if (rate > 6 * capacity) throw overloaded(this.#random());
    const before = this.#table.get(name);
    if (before === undefined && message.enrol !== true) throw notEnrolled(name);
    if (before?.condition === "revoked") throw revoked(name);
    const calls = taken(before, call, now);
    const untilNext = untilSlot(slotOf(name), interval * stretchOf(rate, capacity), now);
    const child = changed(name, before, message, now, { calls, due: now + untilNext + interval / 2 });
    // Nothing was changed until here, and what an object writes in one turn is stored as one: a transaction would only cost.
    this.#table.put(child, before, message.metrics);
    if (before === undefined) this.outbox.tell("cc.chitty.child.enrolled", ...newsOf(child, now));
    if (before?.condition === "silent") {
      this.outbox.tell("cc.chitty.child.returned", ...newsOf(child, now));
      this.#silence.settle(child, now, "It is heard of again.");
    }
    for (const incident of message.incidents ?? []) this.#signal(name, incident, now);
    return {
      nextSeconds: Math.ceil(untilNext / 1_000),
      dueAt: child.due,
      state: child.state?.value ?? null,
    };
  }

  find(name: ChildName): ChildRecord | null {
    return this.#table.record(name);
  }

  list(filter: ChildFilter, after: ChildName | null, limit: number): ChildRecord[] {
    return this.#table.list(filter, after, limit);
  }

  counts(): ChildCount[] {
    return this.#table.counts();
  }

  setRevoked(name: ChildName, isRevoked: boolean, clock: Clock): ChildRecord | null {
    return this.#table.atomically(() => {
      const before = this.#table.get(name);
      if (before === undefined) return null;
      const now = clock.now();
      if (isRevoked && before.condition !== "revoked") {
        this.#table.put({ ...before, condition: "revoked", due: never }, before);
        this.outbox.tell("cc.chitty.child.revoked", ...newsOf(before, now));
        if (before.condition === "silent") this.#silence.settle(before, now, "It was revoked.");
      }
      if (!isRevoked && before.condition === "revoked") {
        // As if it had just been heard of: it has an interval and a half to say something.
        this.#table.put({ ...before, condition: before.health.value.status, due: now + 1.5 * interval }, before);
        this.outbox.tell("cc.chitty.child.restored", ...newsOf(before, now));
      }
      return this.find(name);
    });
  }

  /** Looks for silent children: what the alarm does. */
  check(clock: Clock, lateMilliseconds: number): void {
    this.#table.atomically(() => this.#silence.check(clock.now(), lateMilliseconds));
  }

  /** When `check` has something to do, in the plane's time. */
  get nextDue(): number | undefined {
    return this.#table.nextDue;
  }

  #signal({ family, child }: ChildName, incident: NonNullable<ChildMessage["incidents"]>[number], now: number): void {
    const fingerprint = `child/${family}/${child}/${incident.fingerprint}`;
    const at = new Date(now).toISOString();
    const { title, severity, description = "" } = incident;
    const subject = `${family}/${child}`;
    if (incident.cleared) this.outbox.clear(fingerprint, at, description || "The child says that it is right again.");
    else this.outbox.raise({ fingerprint, title, severity, family, source: subject, subject, description, at });
  }
}

/** What is known of a child once its message is taken. */
function changed(
  name: ChildName,
  before: Child | undefined,
  { runs = before?.runs ?? "", state, health }: ChildMessage,
  now: number,
  { calls, due }: Pick<Child, "calls" | "due">,
): Child {
  const known = before?.runs === runs ? before.state : null;
  const healthNow = health === undefined ? (before?.health ?? well) : Shared.of(health);
  return {
    family: name.family,
    child: name.child,
    service: state?.service ?? before?.service ?? "",
    version: state?.version ?? before?.version ?? "",
    condition: healthNow.value.status,
    // Its own text again where it is the same: what came was made for this call.
    runs: before?.runs === runs ? before.runs : runs,
    state: state === undefined ? known : Shared.of(state),
    health: healthNow,
    enrolled: before?.enrolled ?? now,
    seen: now,
    due,
    calls,
  };
}

/** The child's calls with this one among them. @throws ProblemError 409, 429 */
function taken(
  before: Child | undefined,
  { id, expires }: { id: string; expires: number },
  now: number,
): Child["calls"] {
  const key = id.length <= 40 ? id : createHash("sha256").update(id).digest("base64url");
  const good = (before?.calls ?? []).filter(([, end]) => end >= now / 1_000 - keptCallSeconds);
  if (good.some(([known]) => known === key)) {
    const detail = "This call was made before. Sign each call anew, with an id (jti) of its own.";
    throw new ProblemError({ status: 409, title: "Call replayed", detail });
  }
  if (good.length >= mostCalls) {
    const detail = `A child makes at most ${mostCalls} calls in two minutes. Say more in one tick, or less.`;
    throw new ProblemError({ status: 429, title: "Too many calls", detail, retryAfter: 60 });
  }
  return [...good, [key, expires]];
}

function notEnrolled({ family, child }: ChildName): ProblemError {
  const detail = `${family}/${child} is not known here. It makes itself known by POST /sync/enrol.`;
  return new ProblemError({ status: 409, title: "Not enrolled", detail });
}

function revoked({ family, child }: ChildName): ProblemError {
  const detail = `${family}/${child} was revoked: nothing of it is taken. An administrator of the plane can restore it.`;
  return new ProblemError({ status: 403, title: "Revoked", detail });
}

function overloaded(random: number): ProblemError {
  const detail = "More children come at once than the plane takes. Come again after a while, and not all at one time.";
  return new ProblemError({ status: 503, title: "Busy", detail, retryAfter: 30 + random * tickSeconds });
}
