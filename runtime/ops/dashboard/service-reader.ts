import type { Deployment } from "../../../contracts/ops-deployments.ts";
import { type HealthDay, type HealthState, type HealthSummary, healthStates } from "../../../contracts/ops-health.ts";
import type { RegistryDetail, RegistryEntry } from "../../../contracts/ops-registry.ts";
import type { Remote } from "../../storage/object-namespace.ts";
import type { Clock } from "../../storage/object-storage.ts";
import type { AuditObject } from "../audit/audit-object.ts";
import type { DirectoryObject } from "../directory/directory-object.ts";
import type { Count, ServicePage, ServiceReader, ServiceRow, State } from "./dashboard-data.ts";
import { shareUp, shownDays } from "./shown-days.ts";

const states: Record<HealthState, State> = {
  unreachable: { tone: "bad", word: "unreachable" },
  unhealthy: { tone: "bad", word: "unhealthy" },
  flapping: { tone: "warning", word: "flapping" },
  unverifiable: { tone: "warning", word: "unverifiable" },
  unknown: { tone: "unknown", word: "unknown" },
  excluded: { tone: "paused", word: "excluded" },
  healthy: { tone: "good", word: "healthy" },
};

const shownDeployments = 10;
const deploymentDays = 30;

/** Services from the directory, with what was deployed from the audit trail. */
export const serviceReader = (
  directory: Remote<DirectoryObject>,
  audit: Remote<AuditObject>,
  clock: Clock,
): ServiceReader => ({
  async overview(visible, { family, state }, { after, limit }) {
    const health = healthStates.find((one) => states[one].word === state);
    const seen = family === undefined || visible === "all" || visible.includes(family);
    const families = family === undefined ? visible : [family];
    const impossible = !seen || (state !== undefined && health === undefined);
    const [summary, page] = await Promise.all([
      directory.summary(visible),
      impossible ? { services: [] } : directory.list({ families, health, after, limit }),
    ]);
    const days = await directory.days(page.services.map(({ name }) => name));
    return {
      ...(summary.at !== undefined && { asOf: summary.at }),
      ...(summary.blindSince !== undefined && { blindSince: summary.blindSince }),
      maintenance: summary.maintenance.length,
      counts: countsOf(summary.counts),
      families: Object.entries(summary.byFamily).map(([family, counts]) => ({ family, counts: countsOf(counts) })),
      services: {
        rows: page.services.map((entry) => rowOf(entry, days[entry.name] ?? [], clock.now())),
        ...("next" in page && page.next !== undefined && { next: page.next }),
      },
    };
  },
  async find(visible, name) {
    const found = await directory.get(name, visible);
    if (found === undefined) return undefined;
    const now = clock.now();
    const [latency, deployments] = await Promise.all([
      directory.latency(name),
      audit.deployments(
        new Date(now - deploymentDays * 86_400_000).toISOString(),
        new Date(now).toISOString(),
        shownDeployments,
        [found.family],
      ),
    ]);
    return pageOf(found, latency, deployments, now);
  },
});

const countsOf = (counts: HealthSummary["counts"]): Count[] =>
  Object.entries(states).map(([health, state]) => ({ ...state, count: counts[health as HealthState] ?? 0 }));

function rowOf(entry: RegistryEntry, history: readonly HealthDay[], now: number): ServiceRow {
  const { name, family, health, maintenance, endpoints } = entry;
  const state = states[health];
  const up = shareUp(history);
  return {
    name,
    family,
    state: maintenance ? { tone: "paused", word: `${state.word}, in maintenance` } : state,
    days: shownDays(history, now),
    ...(endpoints[0] !== undefined && { url: endpoints[0] }),
    ...(up !== undefined && { up }),
  };
}

function pageOf(
  found: RegistryDetail,
  latency: ServicePage["latency"],
  deployments: readonly Deployment[],
  now: number,
): ServicePage {
  return {
    ...rowOf(found, found.history, now),
    ...(found.last_health_check !== undefined && { asOf: found.last_health_check }),
    facts: factsOf(found),
    latency,
    deployments: deployments.map(({ finishedAt, stack, command, outcome, commit, by, changes }) => ({
      at: finishedAt,
      what: `${command} of ${stack} at ${commit.slice(0, 12)}, ${outcome}: ${changes.created} created, ${changes.updated} updated, ${changes.deleted} deleted`,
      who: by,
    })),
    uses: found.dependencies.map(({ kind, name }) => ({ kind, name, ...(kind === "service" && { service: name }) })),
    usedBy: found.dependants,
  };
}

function factsOf({ objective, certificate, checks, ...of }: RegistryDetail): [string, string][] {
  const share = (value: number | null) => (value === null ? "not measured yet" : `${(value * 100).toFixed(2)} %`);
  const { daysLeft } = certificate;
  return [
    ["What it is", of.description],
    ["Owner", of.owner],
    ["Tier", String(of.tier)],
    ["Version", of.version],
    ["Registered", of.source === "catalog" ? "by the catalog" : "by itself"],
    ["Identifier", of.uri],
    ["Certificate", daysLeft === "unknown" ? "not seen" : `${daysLeft} days left`],
    ["Promised", `${share(objective.objective)} of ${objective.windowDays} days`],
    ["Measured", share(objective.measured)],
    ["Error budget left", share(objective.budgetLeft)],
    ...checks.map(({ kind, health, last, suppressedBy }): [string, string] => [
      `Check: ${kind}`,
      [health, last?.detail, suppressedBy === undefined ? undefined : `explained by ${suppressedBy}`]
        .filter((part) => part !== undefined && part !== "")
        .join(", "),
    ]),
    ...of.tools.map(({ name, description }): [string, string] => [`Tool: ${name}`, description]),
  ];
}
