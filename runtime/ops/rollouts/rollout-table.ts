import type { OfferState, Rollout, RolloutRequest, RolloutState } from "../../../contracts/ops-rollouts.ts";
import type { ReleaseKind } from "../../../contracts/ops-sync.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";

/** A rollout as it stands. Times are milliseconds since the epoch. */
export interface StandingRollout {
  counter: number;
  service: string;
  kind: ReleaseKind;
  state: RolloutState;
  reason: string | null;
  /** From 0. */
  wave: number;
  waveAt: number;
  lastOffer: number;
  /** Failures of the present wave that somebody has seen and gone on. */
  forgiven: number;
  plan: Plan;
}

/** What does not change while it runs. */
interface Plan extends Pick<RolloutRequest, "content" | "failurePercent" | "mostAtOnce" | "answerSeconds"> {
  families: readonly string[];
  waves: readonly { families: readonly string[]; percent: number }[];
  populations: Readonly<Record<string, number>>;
  createdAt: number;
  createdBy: string;
}

export type OfferRow = {
  rollout: number;
  family: string;
  child: string;
  wave: number;
  state: OfferState;
  due: number;
  attempts: number;
  reason: string | null;
};

type RolloutRow = {
  counter: number;
  service: string;
  kind: ReleaseKind;
  state: RolloutState;
  reason: string | null;
  wave: number;
  wave_at: number;
  last_offer: number;
  forgiven: number;
  plan: string;
};

export interface Progress {
  wave: number;
  family: string;
  state: OfferState;
  children: number;
}

/** The last that there were; those before it are forgotten, unless they stand. */
const mostKept = 1_000;

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS rollouts (counter INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, wave INTEGER NOT NULL, wave_at INTEGER NOT NULL, last_offer INTEGER NOT NULL, forgiven INTEGER NOT NULL, plan TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS rollouts_standing ON rollouts (service, kind) WHERE state <> 'superseded'",
    "CREATE TABLE IF NOT EXISTS offers (rollout INTEGER, family TEXT, child TEXT, wave INTEGER NOT NULL, state TEXT NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL, reason TEXT, PRIMARY KEY (rollout, family, child)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS offers_due ON offers (due) WHERE state IN ('offered', 'applying')",
    "CREATE TABLE IF NOT EXISTS progress (rollout INTEGER, wave INTEGER, family TEXT, state TEXT, children INTEGER NOT NULL, PRIMARY KEY (rollout, wave, family, state)) WITHOUT ROWID",
  ],
];

/** Rollouts, what was offered to whom, and how many stand where. */
export class RolloutTable {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "rollouts", schema);
  }

  add(of: Pick<StandingRollout, "service" | "kind" | "plan" | "waveAt">): StandingRollout {
    const [row] = this.#query<RolloutRow>(
      "INSERT INTO rollouts (service, kind, state, wave, wave_at, last_offer, forgiven, plan) VALUES (?, ?, 'running', 0, ?, 0, 0, ?) RETURNING *",
      of.service,
      of.kind,
      of.waveAt,
      JSON.stringify(of.plan),
    );
    if (row === undefined) throw new Error("SQLite returned no row for the one that it inserted.");
    this.#tidy(row.counter - mostKept);
    return standing(row);
  }

  save({ counter, state, reason, wave, waveAt, lastOffer, forgiven }: StandingRollout): void {
    this.#query(
      "UPDATE rollouts SET state = ?, reason = ?, wave = ?, wave_at = ?, last_offer = ?, forgiven = ? WHERE counter = ?",
      state,
      reason,
      wave,
      waveAt,
      lastOffer,
      forgiven,
      counter,
    );
  }

  find(counter: number): StandingRollout | undefined {
    return this.#query<RolloutRow>("SELECT * FROM rollouts WHERE counter = ?", counter).map(standing)[0];
  }

  /** Newest first. */
  standing(service?: string, kind?: ReleaseKind): StandingRollout[] {
    return this.#query<RolloutRow>(
      "SELECT * FROM rollouts WHERE state <> 'superseded' AND service = coalesce(?, service) AND kind = coalesce(?, kind) ORDER BY counter DESC",
      service ?? null,
      kind ?? null,
    ).map(standing);
  }

  before(counter: number | null, limit: number): StandingRollout[] {
    return this.#query<RolloutRow>(
      "SELECT * FROM rollouts WHERE counter < ? ORDER BY counter DESC LIMIT ?",
      counter ?? Number.MAX_SAFE_INTEGER,
      limit,
    ).map(standing);
  }

  offer(rollout: number, family: string, child: string): OfferRow | undefined {
    return this.#query<OfferRow>(
      "SELECT * FROM offers WHERE rollout = ? AND family = ? AND child = ?",
      rollout,
      family,
      child,
    )[0];
  }

  /** Stores what became of an offer; the counts follow. */
  put(row: OfferRow, before: OfferRow | undefined): void {
    this.#query(
      "INSERT OR REPLACE INTO offers (rollout, family, child, wave, state, due, attempts, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      row.rollout,
      row.family,
      row.child,
      row.wave,
      row.state,
      row.due,
      row.attempts,
      row.reason,
    );
    if (before !== undefined) this.#count(before, -1);
    this.#count(row, 1);
  }

  progress(rollout: number): Progress[] {
    return this.#query<Progress & Record<string, string | number>>(
      "SELECT wave, family, state, children FROM progress WHERE rollout = ? AND children > 0 ORDER BY wave, family, state",
      rollout,
    );
  }

  /** Offers whose time is over without a word, the oldest first. */
  overdue(now: number, limit: number): OfferRow[] {
    return this.#query<OfferRow>(
      "SELECT * FROM offers WHERE state IN ('offered', 'applying') AND due <= ? ORDER BY due LIMIT ?",
      now,
      limit,
    );
  }

  get nextDue(): number | undefined {
    return this.#query<{ due: number }>(
      "SELECT due FROM offers WHERE state IN ('offered', 'applying') ORDER BY due LIMIT 1",
    )[0]?.due;
  }

  /** Who was offered a release is kept as long as it stands. */
  forget(rollout: number): void {
    this.#query("DELETE FROM offers WHERE rollout = ?", rollout);
  }

  /** Forgets rollouts up to a counter, but for those that stand. */
  #tidy(counter: number): void {
    for (const { counter: old } of this.#query<{ counter: number }>(
      "DELETE FROM rollouts WHERE state = 'superseded' AND counter <= ? RETURNING counter",
      counter,
    )) {
      this.#query("DELETE FROM progress WHERE rollout = ?", old);
    }
  }

  #count({ rollout, wave, family, state }: OfferRow, by: 1 | -1): void {
    this.#query(
      "INSERT INTO progress VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET children = children + excluded.children",
      rollout,
      wave,
      family,
      state,
      by,
    );
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

export function rolloutOf(one: StandingRollout, progress: Progress[]): Rollout {
  const { counter, service, kind, state, reason, wave, plan } = one;
  const { populations: _, createdAt, families, waves, ...rest } = plan;
  return {
    counter,
    service,
    kind,
    state,
    reason,
    wave: wave + 1,
    ...rest,
    families: [...families],
    waves: waves.map(({ percent, families: of }) => ({ percent, families: [...of] })),
    createdAt: new Date(createdAt).toISOString(),
    progress: progress.map((of) => ({ ...of, wave: of.wave + 1 })),
  };
}

function standing({ wave_at, last_offer, plan, ...row }: RolloutRow): StandingRollout {
  return { ...row, waveAt: wave_at, lastOffer: last_offer, plan: JSON.parse(plan) };
}
