import type { DatabaseActivity } from "./activity/activity.ts";
import type { EndpointFacts } from "./endpoint-facts.ts";
import type { Finding, Undecided } from "./finding.ts";
import { judgeConnections, judgeTransactions } from "./rules/connections.ts";
import { judgeExhaustion } from "./rules/exhaustion.ts";
import { judgeIndexes } from "./rules/indexes.ts";
import { judgeMissingIndexes } from "./rules/missing-indexes.ts";
import { judgeCeiling, judgeSizing } from "./rules/sizing.ts";
import { judgeSuspend } from "./rules/suspend.ts";
import { judgeUpkeep } from "./rules/upkeep.ts";

export interface TuningReport {
  database: string;
  /** ISO 8601. */
  takenAt: string;
  statisticsSince: string;
  findings: readonly Finding[];
  /** What cannot be said yet, and why. */
  undecided: readonly Undecided[];
}

/** What could be better; the most urgent first. Without an endpoint, only what the database itself shows. */
export function findTuning(activity: DatabaseActivity, endpoint?: EndpointFacts): TuningReport {
  const judgements = [
    judgeExhaustion(activity),
    judgeTransactions(activity),
    ...(endpoint ? [judgeConnections(activity, endpoint)] : []),
    judgeUpkeep(activity),
    judgeMissingIndexes(activity),
    judgeIndexes(activity),
    ...(endpoint ? [judgeSizing(activity, endpoint), judgeCeiling(endpoint), judgeSuspend(activity, endpoint)] : []),
  ];
  return {
    database: activity.database,
    takenAt: activity.takenAt.toISOString(),
    statisticsSince: activity.statisticsSince.toISOString(),
    findings: judgements.flatMap(({ findings }) => findings),
    undecided: judgements.flatMap(({ undecided }) => undecided),
  };
}
