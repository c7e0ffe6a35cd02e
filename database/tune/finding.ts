/** What of Neon's endpoint a finding changes; the fields of its API (`PATCH /projects/{id}/endpoints/{id}`). */
export interface EndpointChange {
  autoscaling_limit_min_cu?: number;
  autoscaling_limit_max_cu?: number;
  suspend_timeout_seconds?: number;
  settings?: { pg_settings: Record<string, string> };
}

/** How a finding is put right. */
export type Remedy =
  | {
      kind: "sql";
      /** Each is run by itself, outside a transaction. */
      statements: readonly string[];
      /** Whether they change what migrations describe; such a change belongs in a migration, or the next one finds a drift. */
      changesSchema: boolean;
    }
  | { kind: "endpoint"; change: EndpointChange }
  /** Somebody has to do it elsewhere: in the application, in a migration of several steps. */
  | { kind: "manual"; advice: string };

/** Something that could be better, with the figures that say so. */
export interface Finding {
  /** `<rule>:<object>`, the same in each run. */
  id: string;
  rule: string;
  what: string;
  /** The figures. */
  why: string;
  now: string;
  proposed: string;
  how: Remedy;
  /** What could go wrong when it is applied. */
  risk: string;
}

/** A question that the statistics cannot answer yet. */
export interface Undecided {
  rule: string;
  what: string;
  why: string;
}

/** What one rule has to say. */
export interface Judgement {
  findings: Finding[];
  undecided: Undecided[];
}
