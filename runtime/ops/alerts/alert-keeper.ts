import type { AlertNotice, AlertRoute } from "../../../contracts/ops-alerts.ts";
import type { Incident } from "../../../contracts/ops-incidents.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import type { IncidentNews } from "../incidents/incident-event.ts";
import { rank } from "../incidents/severity-rank.ts";
import { type AlertRules, fits } from "./alert-rules.ts";

const mostEscalations = 3;
const shownIncidents = 20;
const keptMilliseconds = 30 * 24 * 3_600_000;

export interface AlertOptions {
  clock: Clock;
  rules: AlertRules;
  /** Address of the plane. */
  url: string;
  incident(id: string): Incident | undefined;
  /** Escalates by itself an incident that nobody acknowledged. */
  escalate(id: string, reason: string): void;
  /** Brings a notice to a destination. Those that are not there any more are left out. */
  tell(destination: string, group: string, notice: number): void;
  /** Says in an incident's history what was done. */
  remark(id: string, what: "notified" | "silenced", text: string): void;
}

/** Makes notices of what happens to incidents: put together in groups, held back by silences, escalated while nobody acknowledges. */
export class AlertKeeper {
  readonly #storage: ObjectStorage;
  readonly #options: AlertOptions;

  constructor(storage: ObjectStorage, options: AlertOptions) {
    this.#storage = storage;
    this.#options = options;
  }

  /** Within the transaction that changes the incident. */
  changed(incident: Incident, what: IncidentNews): void {
    if (what === "note" || what === "reviewed") return;
    if (what === "acknowledged" || what === "resolved") {
      this.#query("DELETE FROM escalations WHERE incident = ?", incident.id);
    }
    if (what === "acknowledged") return;
    for (const route of this.#options.rules.routes()) {
      if (!fits(incident, route.match)) continue;
      if (what === "escalated") this.#tellOfEscalation(route, incident);
      else this.#join(route, incident, what);
      if (what === "opened" && route.escalateAfterSeconds !== undefined)
        this.#arm(incident, route.escalateAfterSeconds);
    }
    // It may have changed so that it fits a route no more, and what was told has to be told to be over.
    if (what === "resolved") this.#wakeGroupsOf(incident.id);
  }

  /** Tells everything that is due. */
  run(): void {
    const now = this.#options.clock.now();
    for (const { key, route } of this.#query<{ key: string; route: string }>(
      "SELECT key, route FROM alert_groups WHERE due <= ? ORDER BY due LIMIT 200",
      now,
    )) {
      this.#storage.transactionSync(() => this.#tellGroup(key, this.#options.rules.route(route)));
    }
    for (const { incident: id } of this.#query<{ incident: string }>(
      "SELECT incident FROM escalations WHERE due <= ? ORDER BY due LIMIT 200",
      now,
    )) {
      this.#storage.transactionSync(() => this.#escalate(id, now));
    }
  }

  /** Forgets notices of more than thirty days. @param needed the first that must stay, if one must @returns the first that is kept */
  tidy(needed: number | undefined): number | undefined {
    this.#query(
      "DELETE FROM notices WHERE at < ? AND number < ?",
      this.#options.clock.now() - keptMilliseconds,
      needed ?? Number.MAX_SAFE_INTEGER,
    );
    return this.#query<{ first: number | null }>("SELECT min(number) AS first FROM notices")[0]?.first ?? undefined;
  }

  /** When `run` has to be called next, in milliseconds since the epoch. */
  get nextDue(): number | undefined {
    const [next] = this.#query<{ due: number | null }>(
      "SELECT min(due) AS due FROM (SELECT min(due) AS due FROM alert_groups UNION ALL SELECT min(due) FROM escalations)",
    );
    return next?.due ?? undefined;
  }

  notice(number: number): AlertNotice {
    const [row] = this.#query<{ notice: string }>("SELECT notice FROM notices WHERE number = ?", number);
    if (row === undefined) throw new Error(`the notice ${number} is kept no more`);
    return JSON.parse(row.notice);
  }

  describe(number: number): string {
    const [row] = this.#query<{ notice: string }>("SELECT notice FROM notices WHERE number = ?", number);
    if (row === undefined) return `notice ${number}`;
    const { status, title } = JSON.parse(row.notice) as AlertNotice;
    return `${status}: ${title}`;
  }

  /** A silence was lifted: what it held back is looked at again. */
  reconsider(): void {
    this.#query("UPDATE alert_groups SET due = ? WHERE due IS NOT NULL", this.#options.clock.now());
  }

  #join(route: AlertRoute, incident: Incident, what: "opened" | "worse" | "resolved"): void {
    const key = [route.name, ...route.groupBy.map((field) => `${field}=${incident[field] ?? ""}`)].join("/");
    const [member] = this.#query("SELECT incident FROM alert_members WHERE grp = ? AND incident = ?", key, incident.id);
    // Nobody was told of it, so nobody is told that it is over.
    if (what === "resolved" && member === undefined) return;
    const due = this.#options.clock.now() + route.groupWaitSeconds * 1_000;
    this.#query("INSERT OR IGNORE INTO alert_members VALUES (?, ?, 0)", key, incident.id);
    this.#query(
      "INSERT INTO alert_groups VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET due = min(coalesce(due, excluded.due), excluded.due)",
      key,
      route.name,
      due,
    );
  }

  #wakeGroupsOf(incident: string): void {
    this.#query(
      "UPDATE alert_groups SET due = ? WHERE due IS NULL AND key IN (SELECT grp FROM alert_members WHERE incident = ?)",
      this.#options.clock.now(),
      incident,
    );
  }

  #tellGroup(key: string, route: AlertRoute | undefined): void {
    const members = this.#query<{ incident: string; told: number }>(
      "SELECT incident, told FROM alert_members WHERE grp = ?",
      key,
    ).flatMap(({ incident: id, told }) => {
      const incident = this.#options.incident(id);
      return incident === undefined ? [] : [{ incident, told: told === 1 }];
    });
    const open = members.filter(({ incident }) => incident.state !== "resolved");
    const silenced = open.flatMap(({ incident }) => this.#options.rules.silencedUntil(incident) ?? []);
    const firing = open.filter(({ incident }) => this.#options.rules.silencedUntil(incident) === undefined);
    const over = members.filter(({ incident, told }) => incident.state === "resolved" && told);
    for (const { incident } of members.filter((one) => one.incident.state === "resolved")) {
      this.#query("DELETE FROM alert_members WHERE grp = ? AND incident = ?", key, incident.id);
    }
    if (route !== undefined && firing.length + over.length > 0) {
      const status = firing.length > 0 ? "firing" : "resolved";
      this.#tell(
        route.destinations,
        key,
        status,
        [...firing, ...over].map(({ incident }) => incident),
      );
      for (const { incident, told } of firing) {
        if (told) continue;
        this.#query("UPDATE alert_members SET told = 1 WHERE grp = ? AND incident = ?", key, incident.id);
        this.#options.remark(
          incident.id,
          "notified",
          `told ${route.destinations.join(", ")} by the route ${route.name}`,
        );
      }
    }
    if (open.length === 0 || route === undefined) {
      this.#query("DELETE FROM alert_members WHERE grp = ?", key);
      this.#query("DELETE FROM alert_groups WHERE key = ?", key);
    } else if (silenced.length > 0) {
      this.#query("UPDATE alert_groups SET due = ? WHERE key = ?", Math.min(...silenced), key);
    } else this.#query("UPDATE alert_groups SET due = NULL WHERE key = ?", key);
  }

  #tellOfEscalation(route: AlertRoute, incident: Incident): void {
    if (this.#options.rules.silencedUntil(incident) !== undefined) {
      this.#options.remark(incident.id, "silenced", `the route ${route.name} tells nobody of the escalation`);
      return;
    }
    const destinations = route.escalateTo ?? route.destinations;
    this.#tell(destinations, `${route.name}/escalated/${incident.id}`, "escalated", [incident]);
    this.#options.remark(incident.id, "notified", `told ${destinations.join(", ")} by the route ${route.name}`);
  }

  #arm(incident: Incident, seconds: number): void {
    const due = this.#options.clock.now() + seconds * 1_000;
    this.#query(
      "INSERT INTO escalations VALUES (?, ?, 0) ON CONFLICT DO UPDATE SET due = min(due, excluded.due)",
      incident.id,
      due,
    );
  }

  #escalate(id: string, now: number): void {
    const incident = this.#options.incident(id);
    const waits = this.#options.rules
      .routes()
      .flatMap((route) =>
        incident !== undefined && fits(incident, route.match) ? (route.escalateAfterSeconds ?? []) : [],
      );
    const [row] = this.#query<{ done: number }>("SELECT done FROM escalations WHERE incident = ?", id);
    const silenced = incident && this.#options.rules.silencedUntil(incident);
    if (incident?.state !== "open" || waits.length === 0 || row === undefined || row.done >= mostEscalations) {
      this.#query("DELETE FROM escalations WHERE incident = ?", id);
    } else if (silenced !== undefined) {
      this.#query("UPDATE escalations SET due = ? WHERE incident = ?", silenced, id);
    } else {
      const next = now + Math.min(...waits) * 1_000;
      this.#query("UPDATE escalations SET due = ?, done = done + 1 WHERE incident = ?", next, id);
      const minutes = Math.round((now - Date.parse(incident.openedAt)) / 60_000);
      this.#options.escalate(id, `nobody acknowledged it within ${minutes} minutes`);
    }
  }

  #tell(destinations: readonly string[], group: string, status: AlertNotice["status"], incidents: Incident[]): void {
    const sorted = [...incidents].sort((a, b) => rank(a.severity) - rank(b.severity));
    const [worst] = sorted;
    if (worst === undefined) return;
    const more = sorted.length > 1 ? ` and ${sorted.length - 1} more` : "";
    const notice: AlertNotice = {
      group,
      status,
      at: new Date(this.#options.clock.now()).toISOString(),
      severity: worst.severity,
      title: `${worst.title}${more}`,
      total: sorted.length,
      incidents: sorted.slice(0, shownIncidents).map((incident) => ({
        id: incident.id,
        title: incident.title,
        state: incident.state,
        severity: incident.severity,
        family: incident.family,
        source: incident.source,
        ...(incident.subject !== undefined && { subject: incident.subject }),
        affected: incident.affected,
        openedAt: incident.openedAt,
        ...(incident.runbook !== undefined && { runbook: incident.runbook }),
        url: `${this.#options.url}/incidents/${incident.id}`,
      })),
    };
    const [{ number } = { number: 0 }] = this.#query<{ number: number }>(
      "INSERT INTO notices (at, notice) VALUES (?, ?) RETURNING number",
      this.#options.clock.now(),
      JSON.stringify(notice),
    );
    for (const destination of destinations) this.#options.tell(destination, group, number);
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}
