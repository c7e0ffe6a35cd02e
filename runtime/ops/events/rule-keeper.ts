import type { CloudEvent, EventRule } from "../../../contracts/ops-events.ts";
import type { Signal } from "../../../contracts/ops-incidents.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import { isOfInterest, isOfTopic } from "./subscription-filter.ts";

export const ruleTables = [
  "CREATE TABLE IF NOT EXISTS rules (name TEXT PRIMARY KEY, rule TEXT)",
  "CREATE TABLE IF NOT EXISTS rule_hits (rule TEXT, subject TEXT, at INTEGER)",
  "CREATE INDEX IF NOT EXISTS rule_hits_of ON rule_hits (rule, subject, at)",
  "CREATE TABLE IF NOT EXISTS rule_verdicts (number INTEGER PRIMARY KEY AUTOINCREMENT, verdict TEXT)",
] as const;

const mostRules = 100;

/** What the incident desk is to be told. */
type Verdict = { raise: Signal } | { clear: { fingerprint: string; at: string; reason: string } };

interface Desk {
  raise(signal: Signal): Promise<unknown>;
  clear(fingerprint: string, at: string, reason: string): Promise<void>;
}

/** Rules over events: which of them open incidents, and which say that all is right again. */
export class RuleKeeper {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  #rules: EventRule[];

  constructor(storage: ObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#rules = this.#read();
  }

  all(): EventRule[] {
    return this.#rules;
  }

  /** A rule of the same name is replaced. @throws ProblemError 409 */
  set(rule: EventRule): void {
    if (this.#rules.length >= mostRules && !this.#rules.some(({ name }) => name === rule.name)) {
      const detail = `There are ${mostRules} rules, which is the most.`;
      throw new ProblemError({ status: 409, title: "Too many rules", detail });
    }
    this.#query("INSERT OR REPLACE INTO rules VALUES (?, ?)", rule.name, JSON.stringify(rule));
    this.#rules = this.#read();
  }

  /** @throws ProblemError 404 */
  remove(name: string): void {
    if (this.#query("DELETE FROM rules WHERE name = ? RETURNING name", name).length === 0) {
      throw new ProblemError({ status: 404, title: "No such rule", detail: `There is no rule ${name.slice(0, 80)}.` });
    }
    this.#query("DELETE FROM rule_hits WHERE rule = ?", name);
    this.#rules = this.#read();
  }

  /** Within the transaction that stores the event. */
  judge(event: CloudEvent): void {
    // What the plane says of incidents opens none: a rule would feed itself.
    if (isOfTopic(event.type, "cc.chitty.incident")) return;
    for (const rule of this.#rules) {
      if (rule.clearTopic !== undefined && isOfTopic(event.type, rule.clearTopic)) this.#clear(rule, event);
      else if (isOfInterest(event, { topics: [rule.topic], filters: rule.filters })) this.#count(rule, event);
    }
  }

  get settled(): boolean {
    return this.#verdicts().length === 0;
  }

  /** Tells the desk, in order. @throws Error when the desk fails; nothing is lost, and the next call goes on */
  async tell(desk: Desk): Promise<void> {
    for (let rows = this.#verdicts(); rows.length > 0; rows = this.#verdicts()) {
      for (const { number, verdict } of rows) {
        const said: Verdict = JSON.parse(verdict);
        if ("raise" in said) await desk.raise(said.raise);
        else await desk.clear(said.clear.fingerprint, said.clear.at, said.clear.reason);
        this.#query("DELETE FROM rule_verdicts WHERE number = ?", number);
      }
    }
  }

  #count(rule: EventRule, event: CloudEvent): void {
    const now = this.#clock.now();
    const subject = event.subject ?? "";
    this.#query("DELETE FROM rule_hits WHERE rule = ? AND at <= ?", rule.name, now - rule.withinSeconds * 1_000);
    this.#query("INSERT INTO rule_hits VALUES (?, ?, ?)", rule.name, subject, now);
    const [hits] = this.#query<{ n: number }>(
      "SELECT count(*) AS n FROM rule_hits WHERE rule = ? AND subject = ?",
      rule.name,
      subject,
    );
    if ((hits?.n ?? 0) < rule.count) return;
    // The next incident takes as many again.
    this.#query("DELETE FROM rule_hits WHERE rule = ? AND subject = ?", rule.name, subject);
    const { runbook, ...incident } = rule.incident;
    this.#decide({
      raise: {
        ...incident,
        ...(runbook !== undefined && { runbook }),
        fingerprint: fingerprintOf(rule, subject),
        source: `rule/${rule.name}`,
        ...(subject !== "" && { subject: subject.slice(0, 200) }),
        description: `${rule.count} of ${event.type} within ${rule.withinSeconds} s, the last one ${event.id} from ${event.source}`,
        at: new Date(now).toISOString(),
      },
    });
  }

  #clear(rule: EventRule, event: CloudEvent): void {
    const subject = event.subject ?? "";
    this.#query("DELETE FROM rule_hits WHERE rule = ? AND subject = ?", rule.name, subject);
    const at = new Date(this.#clock.now()).toISOString();
    this.#decide({ clear: { fingerprint: fingerprintOf(rule, subject), at, reason: `${event.type} ${event.id}` } });
  }

  #decide(verdict: Verdict): void {
    this.#query("INSERT INTO rule_verdicts (verdict) VALUES (?)", JSON.stringify(verdict));
  }

  #verdicts(): { number: number; verdict: string }[] {
    return this.#query("SELECT number, verdict FROM rule_verdicts ORDER BY number LIMIT 100");
  }

  #read(): EventRule[] {
    return this.#query<{ rule: string }>("SELECT rule FROM rules ORDER BY name").map(({ rule }) => JSON.parse(rule));
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

const fingerprintOf = ({ name }: EventRule, subject: string): string =>
  `rule/${name}/${encodeURIComponent(subject)}`.slice(0, 200);
