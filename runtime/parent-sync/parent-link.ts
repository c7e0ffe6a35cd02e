import {
  type LiteConfiguration,
  type LiteUpdate,
  liteConfiguration,
  liteUpdate,
} from "../../contracts/lite-child-release.ts";
import { type Release, type ReleaseKind, type ReleaseReport, tickSeconds } from "../../contracts/ops-sync.ts";
import { retryAfter } from "../../contracts/sync-schedule.ts";
import { migrate } from "../storage/migrate.ts";
import type { ObjectStorage } from "../storage/object-storage.ts";

/** What the parent's releases that are in force say. */
export interface ParentSettings {
  configuration: LiteConfiguration;
  update: LiteUpdate;
}

/** What a tick begins with. */
export interface TickStart {
  counters: Record<ReleaseKind, number>;
  reports: ReleaseReport[];
  /** `runs` of the last tick that the parent understood. */
  understood: string | null;
  /** Why releases were refused since the last tick. */
  refused: string | null;
}

const nothing: ParentSettings = { configuration: {}, update: { refuse: [] } };
const contents = { configuration: liteConfiguration, update: liteUpdate } as const;
/** `seen` is the highest counter that came; `counter` and `content` are in force, `before` was while this one is not confirmed. */
type ReleaseRow = {
  kind: ReleaseKind;
  seen: number;
  counter: number;
  content: string;
  before: string | null;
};

/** What a child keeps of its link to the parent: the releases in force, what it has yet to tell, and when it may speak again. */
export class ParentLink {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "parent", [
      [
        "CREATE TABLE IF NOT EXISTS releases (kind TEXT PRIMARY KEY, seen INTEGER NOT NULL, counter INTEGER NOT NULL, content TEXT NOT NULL, before TEXT)",
        "CREATE TABLE IF NOT EXISTS reports (kind TEXT PRIMARY KEY, report TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS link (one INTEGER PRIMARY KEY CHECK (one = 1), understood TEXT, failures INTEGER NOT NULL, not_before INTEGER NOT NULL, refused TEXT)",
        "INSERT OR IGNORE INTO link VALUES (1, NULL, 0, 0, NULL)",
      ],
    ]);
  }

  settings(): ParentSettings {
    return {
      configuration: liteConfiguration.parse(JSON.parse(this.#release("configuration").content)),
      update: liteUpdate.parse(JSON.parse(this.#release("update").content)),
    };
  }

  /** Undefined: the parent asked for silence until later. */
  begin(now: number): TickStart | undefined {
    const [link] = this.#query<{ understood: string | null; not_before: number; refused: string | null }>(
      "SELECT understood, not_before, refused FROM link",
    );
    if (link === undefined || now < link.not_before) return undefined;
    const counters = { configuration: this.#release("configuration").counter, update: this.#release("update").counter };
    const reports = this.#query<{ report: string }>("SELECT report FROM reports").map(({ report }) =>
      JSON.parse(report),
    );
    return { counters, reports, understood: link.understood, refused: link.refused };
  }

  /**
   * The parent answered.
   * @param told what it was told, which is not told again
   * @param runs what it knows by now; null: it asks for the state
   */
  answered(told: TickStart, runs: string | null, nextSeconds: number, now: number): void {
    this.#storage.transactionSync(() => {
      for (const report of told.reports) {
        this.#query("DELETE FROM reports WHERE kind = ? AND report = ?", report.kind, JSON.stringify(report));
      }
      // A schedule comes a little early or late: half an interval is left to it.
      const notBefore = now + (nextSeconds - tickSeconds / 2) * 1_000;
      this.#query(
        "UPDATE link SET understood = ?, failures = 0, not_before = ?",
        runs,
        nextSeconds > 1.5 * tickSeconds ? notBefore : 0,
      );
      if (told.refused !== null) this.#query("UPDATE link SET refused = NULL WHERE refused = ?", told.refused);
    });
  }

  /** The parent did not answer, or not well. @param wish milliseconds that it asked for */
  failed(now: number, random: number, wish: number | undefined): void {
    const [link] = this.#query<{ failures: number }>("UPDATE link SET failures = failures + 1 RETURNING failures");
    const wait = retryAfter(link?.failures ?? 1, tickSeconds * 1_000, random, wish);
    // The schedule itself is a retry after an interval: only a longer wish keeps it from one.
    if (wish !== undefined && wish > tickSeconds * 1_000) this.#query("UPDATE link SET not_before = ?", now + wait);
  }

  /**
   * Puts a verified release in force, to be confirmed by `settle`. One whose content is not understood stays without effect, and is reported
   * as failed.
   * @returns "unchanged": there is nothing to confirm; `refused`: why it is not taken, since a newer one was seen before
   */
  apply({ kind, counter, content }: Release): "applied" | "unchanged" | { refused: string } {
    return this.#storage.transactionSync(() => {
      const known = this.#release(kind);
      if (counter < known.seen) {
        return { refused: `its counter is ${counter}, and ${known.seen} was seen before` };
      }
      if (counter === known.seen) {
        if (counter === known.counter && known.before === null) this.#report({ kind, counter, state: "applied" });
        return "unchanged";
      }
      const parsed = contents[kind].safeParse(content);
      if (parsed.success) {
        const before = JSON.stringify([known.counter, known.content]);
        this.#put({ kind, seen: counter, counter, content: JSON.stringify(parsed.data), before });
        this.#report({ kind, counter, state: "applying" });
        return "applied";
      }
      this.#put({ ...known, seen: counter });
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "content"}: ${message}`);
      this.#report({ kind, counter, state: "failed", reason: problems.join("; ").slice(0, 500) });
      return "unchanged";
    });
  }

  /** Says how a release that was put in force did: one that did not do is taken back. @param problem undefined: it does */
  settle({ kind, counter }: Pick<Release, "kind" | "counter">, problem: string | undefined): void {
    this.#storage.transactionSync(() => {
      const known = this.#release(kind);
      if (known.counter !== counter || known.before === null) return;
      if (problem === undefined) {
        this.#put({ ...known, before: null });
        this.#report({ kind, counter, state: "applied" });
        return;
      }
      const [last, content] = JSON.parse(known.before) as [number, string];
      this.#put({ ...known, counter: last, content, before: null });
      this.#report({ kind, counter, state: "rolled-back", reason: problem.slice(0, 500) });
    });
  }

  refuse(reason: string): void {
    this.#query("UPDATE link SET refused = ?", reason.slice(0, 500));
  }

  #release(kind: ReleaseKind): ReleaseRow {
    const [known] = this.#query<ReleaseRow>("SELECT * FROM releases WHERE kind = ?", kind);
    return known ?? { kind, seen: 0, counter: 0, content: JSON.stringify(nothing[kind]), before: null };
  }

  #put({ kind, seen, counter, content, before }: ReleaseRow): void {
    this.#query("INSERT OR REPLACE INTO releases VALUES (?, ?, ?, ?, ?)", kind, seen, counter, content, before);
  }

  #report(report: ReleaseReport): void {
    this.#query("INSERT OR REPLACE INTO reports VALUES (?, ?)", report.kind, JSON.stringify(report));
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}
