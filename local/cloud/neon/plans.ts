import type { NeonOrganizationRecord, NeonPlan } from "../store/records/neon.ts";

interface PlanLimits {
  projects: number;
  /** Beyond which creating one is refused; on paid plans those beyond the included ones cost money instead. */
  branches: number;
  maxCu: number;
  /** Longest history, and what a project that names none gets. */
  historySeconds: number;
  defaultHistorySeconds: number;
}

/** Source: https://neon.com/docs/introduction/plans (2026). */
const plans: Readonly<Record<NeonPlan, PlanLimits>> = {
  free: { projects: 100, branches: 10, maxCu: 2, historySeconds: 21_600, defaultHistorySeconds: 21_600 },
  launch: { projects: 100, branches: 5000, maxCu: 16, historySeconds: 604_800, defaultHistorySeconds: 86_400 },
  scale: { projects: 1000, branches: 5000, maxCu: 56, historySeconds: 2_592_000, defaultHistorySeconds: 86_400 },
};

/** What the organisation's plan allows; the seed can set its own numbers of projects and branches. */
export function limitsOf({ plan, limits }: NeonOrganizationRecord): PlanLimits {
  return {
    ...plans[plan],
    ...(limits.projects === undefined ? {} : { projects: limits.projects }),
    ...(limits.branches === undefined ? {} : { branches: limits.branches }),
  };
}
