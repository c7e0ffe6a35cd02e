import type {
  AuditReader,
  ChildRow,
  Count,
  DashboardData,
  DayHealth,
  EventRow,
  IncidentPage,
  Page,
  PageRequest,
  ServicePage,
  State,
} from "../dashboard-data.ts";

/** The time at which the sample is looked at. */
export const sampleNow = Date.parse("2026-11-26T12:00:00Z");
const before = (minutes: number): string => new Date(sampleNow - minutes * 60_000).toISOString();
const healthy: State = { tone: "good", word: "healthy" };
const states: State[] = [
  healthy,
  { tone: "bad", word: "unreachable" },
  { tone: "warning", word: "flapping" },
  { tone: "unknown", word: "unknown" },
  { tone: "paused", word: "maintenance" },
];

/**
 * A fleet in which every kind of state occurs, in the shapes that the pages show.
 * @param text what every name and message holds, e.g. a script
 * @param services how many there are, or their names
 */
export function sampleData(text: string, services: number | string[] = 30, children = 10_000): DashboardData {
  const names =
    typeof services === "number" ? Array.from({ length: services }, (_, at) => `${text} service ${at}`) : services;
  const all = names.map((name, at) => sampleService(text, name, at));
  const incidents = Array.from({ length: 7 }, (_, at) => sampleIncident(text, at));
  const rows = pages(all);
  return {
    incidents: {
      open: async (_, limit) => ({ rows: incidents.slice(0, limit), total: incidents.length }),
      list: async (_, filter, page) =>
        pages(incidents)(page, (one) => filter.open === undefined || one.open === filter.open),
      find: async (_, id) => incidents.find((one) => one.id === id),
    },
    services: {
      overview: async (_, filter, page) => ({
        asOf: before(1),
        maintenance: 0,
        counts: countsOf(all),
        families: [...Map.groupBy(all, ({ family }) => family)].map(([family, own]) => ({
          family,
          counts: countsOf(own),
        })),
        services: rows(
          page,
          (one) =>
            (filter.state === undefined || one.state.word === filter.state) &&
            (filter.family === undefined || one.family === filter.family),
        ),
      }),
      find: async (_, name) => all.find((one) => one.name === name),
    },
    children: {
      groups: async () => [
        { family: "chittyos", version: text, state: healthy, overdue: false, count: children - 5 },
        { family: text, version: "1.0.0", state: { tone: "bad", word: "overdue" }, overdue: true, count: 5 },
      ],
      list: async (_, filter, page) =>
        pages(
          Array.from(
            { length: 120 },
            (_, at): ChildRow => ({
              family: text,
              child: `${text} ${at}`,
              state: healthy,
              version: text,
              lastTick: before(at),
            }),
          ),
        )(page, ({ child }) => child.startsWith(filter.search ?? "")),
    },
    rollouts: {
      running: async () => [
        {
          name: text,
          families: [text, text],
          reason: text,
          state: { tone: "warning", word: "paused" },
          percent: 25,
          wave: 2,
          waves: 4,
          offered: 2_500,
          applied: 2_400,
          failed: 3,
        },
      ],
    },
    events: {
      list: async (_, __, page) =>
        pages(
          Array.from(
            { length: 60 },
            (_, at): EventRow => ({
              sequence: 60 - at,
              at: before(at),
              type: text,
              source: text,
              subject: text,
              data: JSON.stringify({ text }),
            }),
          ),
        )(page),
    },
    audit: {
      list: async (page) => ({ ...pages(sampleRecords(text))(page), head: { sequence: 60, digest: "0".repeat(64) } }),
    },
    costs: {
      list: async (_, page) => {
        const budget = { dollars: 1, spent: 1.5 };
        return pages([
          {
            service: text,
            requests: 1_000_000,
            errorRate: 0.01,
            slow: 120,
            cpuMilliseconds: 123_456,
            dollars: 1.5,
            budget,
          },
        ])(page);
      },
      findings: async () => [
        { service: text, kind: "limits", found: text, remedy: text, change: JSON.stringify({ text }) },
      ],
    },
  };
}

function sampleService(text: string, name: string, at: number): ServicePage {
  const days = Array.from({ length: 90 }, (_, day): DayHealth => {
    const state = states[(at * day) % 97 < 93 ? 0 : (at + day) % states.length] ?? healthy;
    return { day: before((90 - day) * 1_440).slice(0, 10), state, up: state.tone === "good" ? 1 : 0.97 };
  });
  return {
    name,
    family: at % 3 === 0 ? "chittyos" : text,
    state: states[at < 5 ? at : 0] ?? healthy,
    url: text,
    days,
    up: 0.9991,
    asOf: before(1),
    facts: [[text, text]],
    latency: Array.from({ length: 60 }, (_, point) => ({
      at: before(60 - point),
      ...(point % 20 !== 7 && { milliseconds: 40 + ((point * 37) % 90) }),
    })),
    deployments: [{ at: before(30), what: text, who: text }],
    uses: [
      { name: text, kind: "kv" },
      { name: "other", kind: "service", service: `${text} service 1` },
    ],
    usedBy: [text, "connect"],
  };
}

const sampleIncident = (text: string, at: number): IncidentPage => ({
  id: `inc-${7 - at}`,
  title: `${text} ${at}`,
  severity: at === 0 ? "critical" : "minor",
  family: at === 6 ? text : "chittyos",
  subject: text,
  state: { tone: "bad", word: "open" },
  open: true,
  openedAt: before(25 * (at + 1)),
  signals: at + 1,
  acknowledged: false,
  description: text,
  source: text,
  runbook: `javascript:${text}`,
  timeline: [{ at: before(25), who: text, what: "opened", text }],
  changes: [{ at: before(40), subject: text, text }],
  subjects: [text, text],
  review: [["Summary", text]],
});

const sampleRecords = (text: string): Awaited<ReturnType<AuditReader["list"]>>["rows"] =>
  Array.from({ length: 60 }, (_, at) => ({
    chain: "ops/local",
    sequence: 60 - at,
    previous: "0".repeat(64),
    digest: "1".repeat(64),
    at: before(at),
    actor: { kind: "operator", id: text },
    action: "incident.ack",
    subject: text,
    outcome: (["done", "refused", "failed"] as const)[at % 3] ?? "done",
    details: { [text]: text },
  }));

const pages =
  <T>(all: readonly T[]) =>
  ({ after, limit }: PageRequest, wanted: (one: T) => boolean = () => true): Page<T> => {
    const from = Number(after ?? 0);
    const rows = all.filter(wanted);
    return { rows: rows.slice(from, from + limit), ...(rows.length > from + limit && { next: String(from + limit) }) };
  };

const countsOf = (rows: readonly { state: State }[]): Count[] =>
  states.map((state) => ({ ...state, count: rows.filter((row) => row.state.word === state.word).length }));
