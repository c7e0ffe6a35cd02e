import type { Actor } from "../../../contracts/ops-audit.ts";
import type {
  Incident,
  IncidentAction,
  IncidentDetail,
  IncidentPage,
  RelatedChange,
  Signal,
  TimelineEntry,
} from "../../../contracts/ops-incidents.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import { IncidentChanges } from "./incident-changes.ts";
import type { IncidentNews } from "./incident-event.ts";
import type { Families, IncidentQuery } from "./incident-object.ts";
import { fullTimeline, noIncident, notLower, notNow } from "./incident-problems.ts";
import { type IncidentRow, IncidentTable } from "./incident-table.ts";
import { rank } from "./severity-rank.ts";

const mostEntries = 1_000;
/** The audit trail still says of what is older who did what. */
const keptMilliseconds = 400 * 24 * 3_600_000;
const forgottenAtOnce = 200;
export const plane: Actor = { kind: "plane", id: "chittyops" };

interface Options {
  clock: Clock;
  /** Called within the transaction that changes the incident. */
  changed(incident: Incident, what: IncidentNews, entry: TimelineEntry & { number: number }): void;
}

/** Incidents from their first signal to their review. One that is not resolved takes in every further signal of its fingerprint and family. */
export class IncidentKeeper {
  readonly #storage: ObjectStorage;
  readonly #options: Options;
  readonly #table: IncidentTable;
  readonly #changes: IncidentChanges;

  constructor(storage: ObjectStorage, options: Options) {
    this.#storage = storage;
    this.#options = options;
    this.#table = new IncidentTable(storage);
    this.#changes = new IncidentChanges(storage);
  }

  raise(signal: Signal, by: Actor = plane): { id: string; opened: boolean } {
    const now = this.#options.clock.now();
    // Nothing can have been wrong later than now, whatever the clock of who says so shows.
    const at = new Date(Math.min(Date.parse(signal.at), now)).toISOString();
    return this.#storage.transactionSync(() => {
      const [known] = this.#table.current(signal.fingerprint, signal.family);
      return known === undefined ? this.#open(signal, at, by) : this.#again(known, signal, at, by);
    });
  }

  clear(fingerprint: string, reason: string, subject?: string): void {
    this.#storage.transactionSync(() => {
      for (const { number, incident: known } of this.#table.current(fingerprint)) {
        const relieved = subject !== undefined && this.#table.relieve(number, subject);
        const affected = subject === undefined ? 0 : known.affected - (relieved ? 1 : 0);
        if (affected > 0) this.#table.save(number, known, { ...known, affected });
        else this.#resolve(number, known, reason, plane);
      }
    });
  }

  /** @throws ProblemError 404, 409 */
  act(id: string, action: IncidentAction, by: Actor): Incident {
    return this.#storage.transactionSync(() => {
      const row = this.#table.find(id);
      if (row === undefined) throw noIncident(id);
      const { number, incident: known } = row;
      if (
        action.kind === "review" ? known.state !== "resolved" : known.state === "resolved" && action.kind !== "note"
      ) {
        throw notNow(known, action.kind);
      }
      return this.#act(number, known, action, by);
    });
  }

  #act(number: number, known: Incident, action: IncidentAction, by: Actor): Incident {
    switch (action.kind) {
      case "ack": {
        const owner = action.owner ?? by.id;
        const acknowledgedAt = known.acknowledgedAt ?? this.#time(number);
        const incident = { ...known, state: "acknowledged" as const, owner, acknowledgedAt };
        return this.#change(number, known, incident, { what: "acknowledged", text: action.note, by });
      }
      case "escalate": {
        const severity = action.severity ?? known.severity;
        if (rank(severity) > rank(known.severity)) throw notLower(known, severity);
        const incident = { ...known, severity, escalations: known.escalations + 1 };
        return this.#change(number, known, incident, { what: "escalated", text: action.reason, by });
      }
      case "resolve":
        return this.#resolve(number, known, action.resolution, by);
      case "note":
        if (this.#table.entries(number) >= mostEntries) throw fullTimeline(known, mostEntries);
        return this.#change(number, known, known, { what: "note", text: action.text, by });
      case "review": {
        const { kind: _, ...review } = action;
        this.#table.setReview(number, review);
        return this.#change(
          number,
          known,
          { ...known, reviewed: true },
          { what: "reviewed", text: review.summary, by },
        );
      }
    }
  }

  list(query: IncidentQuery): IncidentPage {
    return this.#table.page(query);
  }

  /** An incident without what belongs to it. */
  find(id: string): Incident | undefined {
    return this.#table.find(id)?.incident;
  }

  get(id: string, families: Families = "all"): IncidentDetail | undefined {
    const row = this.#table.find(id);
    if (row === undefined || (families !== "all" && !families.includes(row.incident.family))) return undefined;
    return { ...this.#table.detail(row), changes: this.#changes.before(row.number) };
  }

  /** Adds to the history what the plane itself did about an incident; nothing when the history is full. */
  remark(id: string, what: TimelineEntry["what"], text: string): void {
    const row = this.#table.find(id);
    if (row !== undefined && this.#table.entries(row.number) < mostEntries) {
      this.#table.write(row.number, { at: this.#time(row.number), actor: plane, what, text });
    }
  }

  /** Forgets what was resolved more than 400 days ago. */
  tidy(): void {
    const before = new Date(this.#options.clock.now() - keptMilliseconds).toISOString();
    this.#storage.transactionSync(() => this.#table.forget(before, forgottenAtOnce));
  }

  noteChange(id: string, change: RelatedChange & { family?: string }): void {
    this.#storage.transactionSync(() => this.#changes.note(id, change));
  }

  #open(signal: Signal, at: string, by: Actor): { id: string; opened: boolean } {
    const number = this.#table.add(signal, at);
    const { at: _, ...said } = signal;
    const incident: Incident = {
      ...said,
      id: `inc-${number}`,
      state: "open",
      openedAt: at,
      signals: 1,
      lastSignalAt: at,
      affected: 1,
      escalations: 0,
      reviewed: false,
    };
    if (signal.subject !== undefined) this.#table.affect(number, signal.subject);
    this.#changes.attach(number, incident);
    this.#change(number, undefined, incident, { what: "opened", text: signal.description, by });
    return { id: incident.id, opened: true };
  }

  #again(
    { number, incident: known }: IncidentRow,
    signal: Signal,
    at: string,
    by: Actor,
  ): { id: string; opened: boolean } {
    const more = signal.subject !== undefined && this.#table.affect(number, signal.subject);
    const worse = rank(signal.severity) < rank(known.severity);
    const incident: Incident = {
      ...known,
      severity: worse ? signal.severity : known.severity,
      signals: known.signals + 1,
      lastSignalAt: at > known.lastSignalAt ? at : known.lastSignalAt,
      affected: known.affected + (more ? 1 : 0),
    };
    if (worse) {
      this.#change(number, known, incident, { what: "worse", text: `${known.severity} to ${signal.severity}`, by });
    } else this.#table.save(number, known, incident);
    return { id: known.id, opened: false };
  }

  #resolve(number: number, known: Incident, resolution: string, by: Actor): Incident {
    const incident: Incident = { ...known, state: "resolved", resolvedAt: this.#time(number), resolution };
    return this.#change(number, known, incident, { what: "resolved", text: resolution, by });
  }

  #change(
    number: number,
    known: Incident | undefined,
    incident: Incident,
    { what, text, by }: { what: IncidentNews; text: string; by: Actor },
  ): Incident {
    const at = what === "opened" ? incident.openedAt : this.#time(number);
    this.#table.save(number, known, incident);
    const entry = { at, actor: by, what, text };
    this.#options.changed(incident, what, { ...entry, number: this.#table.write(number, entry) });
    return incident;
  }

  /** Now, and never before what its history tells already: a clock may be set back. */
  #time(number: number): string {
    const last = this.#table.lastEntry(number);
    const at = Math.max(this.#options.clock.now(), last === undefined ? 0 : Date.parse(last.at));
    return new Date(at).toISOString();
  }
}
