import type { Remote } from "../../storage/object-namespace.ts";
import type { MeterObject } from "../meter/meter-object.ts";
import type { CostReader, Visible } from "./dashboard-data.ts";

/** Budgets and findings are few: so many of them are read. */
const mostBudgets = 200;

export const costReader = (meter: Remote<MeterObject>): CostReader => ({
  async list(visible, { after = "", limit }) {
    const [{ services, next }, budgets] = await Promise.all([
      meter.list("30d", { after, limit, ...familiesOf(visible) }),
      meter.budgets({ after: "", limit: mostBudgets, ...familiesOf(visible) }),
    ]);
    const budgetOf = new Map(budgets.map((one) => [one.service, one]));
    const rows = services.map(({ service, requests, errorRate, latency, cpuMilliseconds, dollars }) => {
      const budget = budgetOf.get(service);
      return {
        service,
        requests,
        errorRate,
        cpuMilliseconds,
        dollars,
        ...(latency !== undefined && { slow: latency.p95 }),
        ...(budget !== undefined && { budget: { dollars: budget.dollarsPerMonth, spent: budget.spent } }),
      };
    });
    return { rows, ...(next !== undefined && { next }) };
  },
  async findings(visible, limit) {
    const { findings } = await meter.findings({ after: "", limit, ...familiesOf(visible) });
    return findings.map(({ service, kind, found, remedy, change }) => ({
      service,
      kind,
      found,
      remedy,
      ...(change !== undefined && { change: JSON.stringify(change, undefined, 1) }),
    }));
  },
});

const familiesOf = (visible: Visible): { families?: string[] } => (visible === "all" ? {} : { families: visible });
