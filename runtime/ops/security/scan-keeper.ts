import type { Signal } from "../../../contracts/ops-incidents.ts";
import {
  lookedAt,
  type Scan,
  type ScanPage,
  type ScanRequest,
  type SecurityFinding,
  scan,
} from "../../../contracts/ops-security.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import type { IncidentObject } from "../incidents/incident-object.ts";
import { inParallel } from "../outbound/in-parallel.ts";
import { type ScanTarget, type ScanWorld, scanService } from "./scan-service.ts";

const everyMilliseconds = 24 * 3_600_000;
/** Services that one step looks at; each is asked some six times. */
const atOnce = 6;

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS scan (one INTEGER PRIMARY KEY CHECK (one = 1), scan TEXT NOT NULL, cursor TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS security_findings (fingerprint TEXT PRIMARY KEY, rule TEXT NOT NULL, service TEXT NOT NULL, family TEXT NOT NULL, finding TEXT NOT NULL, since TEXT NOT NULL, told TEXT NOT NULL, gone INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS findings_by_service ON security_findings (service, rule)",
  ],
];

type Row = { fingerprint: string; finding: string; since: string; told: string; gone: number };

/**
 * Looks for security problems of services, a few services at a time, so that a scan goes on where it was cut short. What is found is an
 * incident, by its severity, until it is found no more.
 */
export class ScanKeeper {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  readonly #world: ScanWorld;

  constructor(storage: ObjectStorage, world: ScanWorld, clock: Clock) {
    this.#storage = storage;
    this.#world = world;
    this.#clock = clock;
    migrate(storage, "scan", schema);
  }

  /** The last one, or the one that runs. */
  get last(): Scan | undefined {
    return this.#last()?.scan;
  }

  get running(): boolean {
    return this.last?.state === "running";
  }

  get due(): boolean {
    const { last } = this;
    return (
      last === undefined ||
      (last.state === "finished" && Date.parse(last.startedAt) + everyMilliseconds <= this.#clock.now())
    );
  }

  /** Takes what was found elsewhere, and begins a scan unless one runs. */
  begin(by: string, { rules, findings }: Pick<ScanRequest, "rules" | "findings"> = { rules: [], findings: [] }): Scan {
    return this.#storage.transactionSync(() => {
      for (const rule of rules)
        this.#replace(
          "rule = ?",
          [rule],
          findings.filter((finding) => finding.rule === rule),
        );
      const { last } = this;
      if (last?.state === "running") return last;
      const begun: Scan = { id: crypto.randomUUID(), state: "running", startedAt: this.#at(), by, services: 0 };
      this.#save(begun, "");
      return begun;
    });
  }

  /** Looks at the next few services of those there are; does nothing while no scan runs. */
  async step(targets: readonly ScanTarget[]): Promise<void> {
    const known = this.#last();
    if (known?.scan.state !== "running") return;
    const { scan: running, cursor } = known;
    const rest = targets.filter(({ service }) => service > cursor).sort((a, b) => (a.service < b.service ? -1 : 1));
    const now = rest.slice(0, atOnce);
    const results = await inParallel(now, atOnce, (target) => scanService(target, this.#world));
    this.#storage.transactionSync(() => {
      for (const [index, { service }] of now.entries()) {
        const findings = results[index];
        if (findings !== undefined) this.#replace(ofService, [service, ...lookedAt], findings);
      }
      const services = running.services + now.length;
      const more = rest.length > now.length;
      this.#save(
        more ? { ...running, services } : { ...running, services, state: "finished", finishedAt: this.#at() },
        now.at(-1)?.service ?? cursor,
      );
      if (!more) this.#forgetServicesBut(targets);
    });
  }

  /** Opens and resolves incidents. What is only worth knowing is none. What the desk did not take is told the next time. */
  async tell(desk: Pick<IncidentObject, "raise" | "clear">): Promise<void> {
    for (const row of this.#rows("gone = 1 OR told <> json_extract(finding, '$.severity')")) {
      const finding: SecurityFinding = JSON.parse(row.finding);
      const incident = row.gone === 0 && finding.severity !== "info";
      if (incident) await desk.raise(signalOf(row.fingerprint, finding, this.#at()));
      else if (!["", "info"].includes(row.told)) {
        await desk.clear(row.fingerprint, this.#at(), "A scan does not find it any more.");
      }
      this.#query("UPDATE security_findings SET told = ? WHERE fingerprint = ?", finding.severity, row.fingerprint);
      this.#query("DELETE FROM security_findings WHERE fingerprint = ? AND gone = 1", row.fingerprint);
    }
  }

  /** @param options.after fingerprint @param options.families absent: of all */
  page({
    after,
    limit,
    families,
  }: {
    after: string;
    limit: number;
    families?: readonly string[] | undefined;
  }): ScanPage {
    const among = families === undefined ? "1" : `family IN (${families.map(() => "?").join(", ")})`;
    const rows = this.#rows(
      `gone = 0 AND fingerprint > ? AND ${among} ORDER BY fingerprint LIMIT ?`,
      after,
      ...(families ?? []),
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const next = rows.length > limit ? shown.at(-1)?.fingerprint : undefined;
    const { last } = this;
    return {
      ...(last !== undefined && { scan: last }),
      findings: shown.map(({ finding, since }) => ({ ...JSON.parse(finding), since })),
      ...(next !== undefined && { next }),
    };
  }

  /** What was found `where` is what is given now, and nothing else. */
  #replace(where: string, bindings: string[], findings: readonly SecurityFinding[]): void {
    this.#query(`UPDATE security_findings SET gone = 1 WHERE ${where}`, ...bindings);
    for (const finding of findings) {
      this.#query(
        "INSERT INTO security_findings VALUES (?, ?, ?, ?, ?, ?, '', 0) ON CONFLICT (fingerprint) DO UPDATE SET finding = excluded.finding, family = excluded.family, gone = 0",
        fingerprintOf(finding),
        finding.rule,
        finding.service,
        finding.family,
        JSON.stringify(finding),
        this.#at(),
      );
    }
  }

  #forgetServicesBut(targets: readonly ScanTarget[]): void {
    const there = new Set(targets.map(({ service }) => service));
    for (const { service } of this.#query<{ service: string }>("SELECT DISTINCT service FROM security_findings")) {
      if (!there.has(service)) this.#replace(ofService, [service, ...lookedAt], []);
    }
  }

  #last(): { scan: Scan; cursor: string } | undefined {
    const [row] = this.#query<{ scan: string; cursor: string }>("SELECT scan, cursor FROM scan");
    return row && { scan: scan.parse(JSON.parse(row.scan)), cursor: row.cursor };
  }

  #save(state: Scan, cursor: string): void {
    this.#query("INSERT OR REPLACE INTO scan VALUES (1, ?, ?)", JSON.stringify(state), cursor);
  }

  #rows(where: string, ...bindings: (string | number)[]): Row[] {
    return this.#query<Row>(
      `SELECT fingerprint, finding, since, told, gone FROM security_findings WHERE ${where}`,
      ...bindings,
    );
  }

  #at(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

const ofService = `service = ? AND rule IN (${lookedAt.map(() => "?").join(", ")})`;

function fingerprintOf({ rule, service, detail }: SecurityFinding): string {
  return `security/${rule}/${service}${detail === "" ? "" : `/${detail}`}`;
}

function signalOf(fingerprint: string, finding: SecurityFinding, at: string): Signal {
  const { service, family, severity, found, remedy } = finding;
  const title = `${service}: ${found}`.slice(0, 200);
  return {
    fingerprint,
    title,
    severity,
    family,
    source: "security",
    subject: service,
    description: `${found}.\n${remedy}`,
    at,
  };
}
