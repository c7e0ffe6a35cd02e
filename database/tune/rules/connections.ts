import { escapeIdentifier } from "pg";
import type { DatabaseActivity } from "../activity/activity.ts";
import type { Session } from "../activity/read-sessions.ts";
import { type EndpointFacts, widestRange } from "../endpoint-facts.ts";
import { duration, percent, secondsBetween } from "../figures.ts";
import type { Finding, Judgement, Remedy } from "../finding.ts";

const nearlyFull = 0.8;

/** Whether sessions fit in what the server allows, and who has them. */
export function judgeConnections(activity: DatabaseActivity, endpoint: EndpointFacts): Judgement {
  const { sessions, connectionsAllowed } = activity;
  const findings: Finding[] = [];
  // The session that reads this is one more.
  const used = sessions.length + 1;
  if (used >= connectionsAllowed * nearlyFull) {
    const idle = sessions.filter(({ state }) => state === "idle").length;
    findings.push({
      id: "connections:limit",
      rule: "connections",
      what: "Connections are nearly used up",
      why: `${used} of ${connectionsAllowed} (${percent(used / connectionsAllowed)}), ${idle} of them idle; ${byApplication(sessions)}`,
      now: endpoint.pooled
        ? "the application connects through the pooled host"
        : "the application connects to the direct host",
      ...moreConnections(endpoint),
    });
  }
  const observed = secondsBetween(activity.statisticsSince, activity.now);
  const opened = activity.sessionsOpened / observed;
  if (!endpoint.pooled && observed >= 3_600 && opened > 1)
    findings.push({
      id: "connections:churn",
      rule: "connections",
      what: "Sessions are opened all the time",
      why: `${opened.toFixed(1)} new sessions a second for ${duration(observed)}, each a process and a handshake`,
      now: "the application connects to the direct host",
      proposed: "the pooled host",
      how: { kind: "manual", advice: usePooledHost },
      risk: poolingRisk,
    });
  return { findings, undecided: [] };
}

const usePooledHost =
  "Give the application the pooled host (`-pooler`), or Hyperdrive, which pools by itself and wants the direct host; keep the direct host for migrations.";
const poolingRisk =
  "Pooling by transaction keeps no session state: SET, LISTEN, advisory locks and temporary tables of a session are lost.";

function moreConnections({ pooled, minCu, maxCu }: EndpointFacts): { proposed: string; how: Remedy; risk: string } {
  if (!pooled)
    return { proposed: "the pooled host", how: { kind: "manual", advice: usePooledHost }, risk: poolingRisk };
  const newMax = Math.min(16, maxCu * 2);
  if (newMax <= maxCu)
    return {
      proposed: "smaller pools in the applications",
      how: { kind: "manual", advice: "Lower the pool sizes of the applications that hold the most sessions." },
      risk: "Requests wait for a session instead of being refused one.",
    };
  const newMin = Math.max(minCu, newMax - widestRange);
  return {
    proposed: `${newMin} to ${newMax} CU, since Neon allows connections by size`,
    how: { kind: "endpoint", change: { autoscaling_limit_min_cu: newMin, autoscaling_limit_max_cu: newMax } },
    risk: `An hour may cost up to ${newMax} CU-hours. The change ends sessions.`,
  };
}

function byApplication(sessions: readonly Session[]): string {
  const counts = new Map<string, number>();
  for (const { application, role } of sessions) {
    const name = application || role || "unknown";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([name, sessions]) => `${name} ${sessions}`)
    .join(", ");
}

/** Seconds; longer is an application that forgot its transaction. */
const forgotten = 60;
/** Seconds; longer keeps vacuum from its work. */
const long = 300;

/** Transactions that last long, and whether the server ends those that do nothing. */
export function judgeTransactions(activity: DatabaseActivity): Judgement {
  const { sessions, now, idleInTransactionTimeout, database } = activity;
  const findings: Finding[] = [];
  const here = sessions.filter((session) => session.database === database);
  const idle = here.filter(
    ({ state, stateSince }) =>
      state.startsWith("idle in transaction") && stateSince !== null && secondsBetween(stateSince, now) >= forgotten,
  );
  if (idle.length > 0 && idleInTransactionTimeout === 0)
    findings.push({
      id: "idle-in-transaction:timeout",
      rule: "idle-in-transaction",
      what: "Sessions sit in a transaction and do nothing, and nothing ends them",
      why: `${idle.length} for more than ${duration(forgotten)}: ${byApplication(idle)}`,
      now: "idle_in_transaction_session_timeout is off",
      proposed: "5 minutes, for new sessions",
      how: {
        kind: "sql",
        statements: [`alter database ${escapeIdentifier(database)} set idle_in_transaction_session_timeout = '5min'`],
        changesSchema: false,
      },
      risk: "A session that waits longer inside a transaction is ended and its transaction is rolled back.",
    });
  for (const { pid, application, role, state, transactionSince, holdsSnapshot } of here) {
    const age = transactionSince === null ? 0 : secondsBetween(transactionSince, now);
    if (age < long) continue;
    findings.push({
      id: `long-transaction:${pid}`,
      rule: "long-transaction",
      what: `A transaction of ${application || role || "somebody"} lasts long`,
      why: `process ${pid}, ${state}, since ${duration(age)}${holdsSnapshot ? "; vacuum cannot remove what died since" : ""}`,
      now: "open",
      proposed: "ended",
      how: { kind: "sql", statements: [`select pg_terminate_backend(${pid})`], changesSchema: false },
      risk: "Its work is rolled back. It may be a backup or a migration that is meant to last: ask its owner first.",
    });
  }
  return { findings, undecided: [] };
}
