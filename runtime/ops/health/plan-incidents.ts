import { type burnAlerts, type CheckKind, checking } from "../../../contracts/ops-health.ts";
import type { Severity, Signal } from "../../../contracts/ops-incidents.ts";
import { type CheckState, isBad } from "./check-state.ts";
import type { Explanation } from "./explain-failures.ts";

/** Something that is watched in one way. */
export interface Watched {
  /** `<kind>/<name>` */
  id: string;
  kind: CheckKind;
  /** Of the service, or of the synthetic check. */
  name: string;
  family: string;
  tier: number;
  state: CheckState;
  /** When it was last explained by something else. */
  suppressedAt?: number | undefined;
  maintenance: boolean;
}

export interface PlanInput {
  now: number;
  watched: readonly Watched[];
  explanation: Explanation;
  /** What was raised and not cleared, with the phase it was in. */
  open: ReadonlyMap<string, string>;
  /** Services that spend their error budget too fast. */
  burning: ReadonlyMap<string, (typeof burnAlerts)[number] & { now: number }>;
  /** Certificates that will run out soon, in days. */
  expiring: ReadonlyMap<string, number>;
}

export interface Plan {
  raise: { signal: Signal; phase: string }[];
  clear: { fingerprint: string; reason: string }[];
  /** What explains it, by id. */
  suppressed: ReadonlyMap<string, string>;
}

const runbook = (section: string): string => `docs/runbooks/health.md#${section}`;
const fingerprints: Record<CheckKind, string> = {
  active: "service-down",
  heartbeat: "service-silent",
  synthetic: "synthetic-failed",
};

/**
 * Compares what is wrong with the incidents that are open. What is explained by something else, or happens in a maintenance window, opens no
 * incident; one that is open stays so until what it is about is right again.
 */
export function planIncidents(input: PlanInput): Plan {
  const { now, watched, explanation, open } = input;
  const at = new Date(now).toISOString();
  const plan = { raise: [] as Plan["raise"], clear: [] as Plan["clear"], suppressed: new Map<string, string>() };
  const wanted = new Set<string>();
  const want = (phase: string, signal: Omit<Signal, "at" | "source" | "description"> & { description?: string }) => {
    wanted.add(signal.fingerprint);
    if (open.get(signal.fingerprint) === phase) return;
    plan.raise.push({ phase, signal: { description: "", ...signal, source: "health", at } });
  };
  const bad = new Map(watched.filter(({ state }) => isBad(state)).map((one) => [one.id, one]));

  for (const { kind, name, services } of explanation.inferred) {
    const settled = services.flatMap((service) => bad.get(`active/${service}`) ?? []);
    const fingerprint = `${kind}-down/${name}`.slice(0, 200);
    if (open.has(fingerprint)) wanted.add(fingerprint);
    else if (settled.length >= 2 && !settled.every(({ maintenance }) => maintenance)) {
      const what = kind === "database" ? `Database ${name} is not working` : `Nearly everything at ${name} is failing`;
      want("down", {
        fingerprint,
        title: what.slice(0, 200),
        severity: "critical",
        family: familyOf(settled, name),
        subject: name.slice(0, 200),
        description: `What needs it failed at the same time: ${services.join(", ")}.`.slice(0, 4_000),
        runbook: runbook(kind === "database" ? "a-database-is-not-working" : "nearly-everything-is-failing"),
      });
    }
  }

  for (const one of bad.values()) {
    const fingerprint = `${fingerprints[one.kind]}/${one.name}`;
    const cause = causeOf(one, explanation, bad);
    if (cause !== undefined) plan.suppressed.set(one.id, cause);
    if (!open.has(fingerprint)) {
      const quiet = one.maintenance || cause !== undefined;
      // What it was explained by is right again: it gets the time to notice.
      const waits = one.suppressedAt !== undefined && now - one.suppressedAt < 2 * checking.interval;
      if (quiet || waits) continue;
    }
    want(one.state.flappingSince === undefined ? "down" : "flapping", { fingerprint, ...described(one) });
  }

  const families = new Map(watched.map((one) => [one.name, one]));
  for (const [name, alert] of input.burning) {
    const service = families.get(name);
    const fingerprint = `error-budget/${name}`;
    if (service === undefined || (!open.has(fingerprint) && (service.maintenance || bad.has(`active/${name}`))))
      continue;
    if (open.has(fingerprint)) wanted.add(fingerprint);
    else {
      want("burning", {
        fingerprint,
        title: `${name} spends its error budget ${alert.now.toFixed(1)} times too fast`,
        severity: alert.severity,
        family: service.family,
        subject: name,
        runbook: runbook("an-error-budget-is-spent-too-fast"),
      });
    }
  }
  for (const [name, days] of input.expiring) {
    const service = families.get(name);
    if (service === undefined) continue;
    want("expiring", {
      fingerprint: `certificate-expires/${name}`,
      title:
        days < 0 ? `The certificate of ${name} has run out` : `The certificate of ${name} runs out in ${days} days`,
      severity: days < 3 ? "major" : "minor",
      family: service.family,
      subject: name,
      runbook: runbook("a-certificate-runs-out"),
    });
  }

  for (const [fingerprint] of open) {
    if (!wanted.has(fingerprint) && fingerprint !== blindFingerprint) {
      plan.clear.push({ fingerprint, reason: "The checks are good again, or it is not there any more." });
    }
  }
  return plan;
}

export const blindFingerprint = "health-blind";

export function blindSignal(since: number, now: number, family: string): Signal {
  return {
    fingerprint: blindFingerprint,
    title: "The operations plane is blind",
    description: `Since ${new Date(since).toISOString()} none of its checks reaches anything. What it shows of health is unknown until one does.`,
    severity: "critical",
    family,
    source: "health",
    runbook: runbook("the-plane-is-blind"),
    at: new Date(now).toISOString(),
  };
}

function causeOf(one: Watched, explanation: Explanation, bad: ReadonlyMap<string, Watched>): string | undefined {
  // Of a service that is down nobody needs to hear that it is silent too.
  if (one.kind === "heartbeat") return bad.has(`active/${one.name}`) ? `its own health check` : undefined;
  return one.kind === "active" ? explanation.causeOf(one.name) : undefined;
}

function described(
  one: Watched,
): Pick<Signal, "title" | "severity" | "family" | "subject" | "description" | "runbook"> {
  const { name, family, tier, state, kind } = one;
  const shared = { family, subject: name, description: `Found last: ${state.last?.detail ?? "nothing"}.` };
  const severity: Severity = tier <= 1 ? "critical" : tier <= 3 ? "major" : "minor";
  if (state.flappingSince !== undefined) {
    return { ...shared, severity, title: `${name} is flapping`, runbook: runbook("a-service-is-flapping") };
  }
  if (kind === "synthetic") {
    return { ...shared, severity, title: `The page ${name} fails`, runbook: runbook("a-page-fails") };
  }
  if (kind === "heartbeat") {
    return { ...shared, severity, title: `${name} is silent`, runbook: runbook("a-service-is-silent") };
  }
  if (state.fault === "unverifiable") {
    return { ...shared, severity: "minor", title: `${name} cannot be verified`, runbook: runbook("a-service-is-down") };
  }
  return {
    ...shared,
    severity,
    title: `${name} is ${state.fault ?? "unreachable"}`,
    runbook: runbook("a-service-is-down"),
  };
}

/** Whose it is: the family of all it concerns, or of the one that most of them are of. */
function familyOf(services: readonly Watched[], name: string): string {
  const owner = services.find((one) => name.startsWith(`${one.name}/`));
  const counts = Map.groupBy(services, ({ family }) => family);
  const most = [...counts].sort(([, a], [, b]) => b.length - a.length)[0];
  return owner?.family ?? most?.[0] ?? "chittyos";
}
