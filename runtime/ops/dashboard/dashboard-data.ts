import type { OpsAuditRecord } from "../../../contracts/ops-audit.ts";
import type { Severity } from "../../../contracts/ops-incidents.ts";

/** How a state is drawn: each tone has a colour and a shape of its own; the word beside it says what it means. */
export const tones = ["bad", "warning", "unknown", "paused", "good"] as const;
export type Tone = (typeof tones)[number];

export interface State {
  tone: Tone;
  /** e.g. `down` */
  word: string;
}

/** Families whose data the one who looks may see. */
export type Visible = "all" | string[];

/** One page of a list. `next` is the cursor of the page after it, absent on the last one. */
export interface Page<T> {
  rows: T[];
  next?: string;
}

export interface PageRequest {
  after?: string;
  limit: number;
}

export interface Count extends State {
  count: number;
}

export interface IncidentRow {
  id: string;
  title: string;
  severity: Severity;
  family: string;
  /** `<family>/<child>` or a service. */
  subject?: string;
  state: State;
  open: boolean;
  openedAt: string;
  resolvedAt?: string;
  owner?: string;
  /** Signals that came under its fingerprint. */
  signals: number;
}

export interface IncidentPage extends IncidentRow {
  acknowledged: boolean;
  description: string;
  source: string;
  runbook?: string;
  resolution?: string;
  /** What was learnt, under its headings. */
  review?: [heading: string, text: string][];
  timeline: { at: string; who: string; what: string; text: string }[];
  /** What was deployed in the hour before. */
  changes: { at: string; subject: string; text: string }[];
  /** Who is affected, the first of them. */
  subjects: string[];
}

export interface IncidentReader {
  /** The most severe ones that are open, and how many there are. */
  open(visible: Visible, limit: number): Promise<{ rows: IncidentRow[]; total: number }>;
  list(
    visible: Visible,
    filter: { open?: boolean; severity?: Severity; subject?: string },
    page: PageRequest,
  ): Promise<Page<IncidentRow>>;
  find(visible: Visible, id: string): Promise<IncidentPage | undefined>;
}

/** A day of a service, oldest first in every list. */
export interface DayHealth {
  /** `YYYY-MM-DD` */
  day: string;
  state: State;
  /** Share of the time that was seen, 0 to 1; absent where nothing was seen. */
  up?: number;
}

export interface ServiceRow {
  name: string;
  family: string;
  state: State;
  url?: string;
  days: DayHealth[];
  /** Of the days above, 0 to 1. */
  up?: number;
}

export interface ServiceOverview {
  /** When health was looked at last. */
  asOf?: string;
  /** The plane sees nothing since then, so that it says nothing of anybody. */
  blindSince?: string;
  /** Services whose trouble is expected at present; they are in the counts, too. */
  maintenance: number;
  /** Over all services that may be seen, whatever the filter. */
  counts: Count[];
  families: { family: string; counts: Count[] }[];
  services: Page<ServiceRow>;
}

export interface ServicePage extends ServiceRow {
  asOf?: string;
  facts: [name: string, value: string][];
  /** Milliseconds until it answered, oldest first; absent where it did not answer. */
  latency: { at: string; milliseconds?: number }[];
  deployments: { at: string; what: string; who: string }[];
  uses: { name: string; kind: string; service?: string }[];
  usedBy: string[];
}

export interface ServiceReader {
  overview(visible: Visible, filter: { family?: string; state?: string }, page: PageRequest): Promise<ServiceOverview>;
  find(visible: Visible, name: string): Promise<ServicePage | undefined>;
}

export interface ChildRow {
  family: string;
  child: string;
  state: State;
  version?: string;
  lastTick?: string;
}

/** Children that are alike: the counters that the shards keep. */
export interface ChildGroup {
  family: string;
  version: string;
  state: State;
  overdue: boolean;
  count: number;
}

export interface ChildReader {
  groups(visible: Visible): Promise<ChildGroup[]>;
  list(
    visible: Visible,
    filter: { family?: string; search?: string; state?: string; version?: string },
    page: PageRequest,
  ): Promise<Page<ChildRow>>;
}

export interface RolloutRow {
  name: string;
  families: string[];
  state: State;
  /** Why it is not running. */
  reason?: string;
  /** The wave that is on, from 1, of so many. */
  wave: number;
  waves: number;
  /** Of one hundred children, how many have it once that wave is over. */
  percent: number;
  /** Children that it was offered to, and what became of it at them. */
  offered: number;
  applied: number;
  failed: number;
}

export interface RolloutReader {
  /** Those that are not finished. */
  running(visible: Visible, limit: number): Promise<RolloutRow[]>;
}

export interface EventRow {
  sequence: number;
  at: string;
  type: string;
  source: string;
  subject?: string;
  /** Its data, as JSON. */
  data: string;
}

export interface EventReader {
  /** Newest first. */
  list(visible: Visible, filter: { topic?: string }, page: PageRequest): Promise<Page<EventRow>>;
}

export interface AuditReader {
  /** Newest first. */
  list(page: PageRequest): Promise<Page<OpsAuditRecord> & { head: { sequence: number; digest: string } }>;
}

/** What a service did and cost in thirty days; dollars of the United States by list price. */
export interface CostRow {
  service: string;
  requests: number;
  /** 0 to 1 */
  errorRate: number;
  /** Milliseconds, which one request of twenty takes longer than. */
  slow?: number;
  cpuMilliseconds: number;
  dollars: number;
  /** Of the calendar month. */
  budget?: { dollars: number; spent: number };
}

export interface CostFinding {
  service: string;
  kind: string;
  found: string;
  remedy: string;
  /** Fields of its entry in the catalog, as JSON. */
  change?: string;
}

export interface CostReader {
  list(visible: Visible, page: PageRequest): Promise<Page<CostRow>>;
  findings(visible: Visible, limit: number): Promise<CostFinding[]>;
}

/** What the dashboard can show: of a part that is absent it says nothing. */
export interface DashboardData {
  incidents?: IncidentReader;
  services?: ServiceReader;
  children?: ChildReader;
  rollouts?: RolloutReader;
  events?: EventReader;
  audit?: AuditReader;
  costs?: CostReader;
}
