import type { ResourceFinding, ServiceUsage } from "../../../contracts/ops-metrics.ts";
import type { ServiceStatus } from "../../cloud/service-status.ts";

const daysOfMonth = 30;

/** Statuses with what the last day says of a month, and what is worth a change of each. */
export function addCost(
  statuses: readonly ServiceStatus[],
  lastDay: readonly ServiceUsage[],
  findings: readonly ResourceFinding[],
): ServiceStatus[] {
  const usages = new Map(lastDay.map((usage) => [usage.service, usage]));
  return statuses.map((status) => {
    const usage = usages.get(status.service);
    const found = findings
      .filter(({ service }) => service === status.service)
      .map((one) => `${one.found}. ${one.remedy}`);
    return {
      ...status,
      ...(usage !== undefined && { dollarsPerMonth: usage.dollars * daysOfMonth }),
      ...(found.length > 0 && { findings: found }),
    };
  });
}
