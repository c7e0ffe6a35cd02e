import type { Command } from "commander";
import { z } from "zod";
import { type Budget, budget } from "../../../contracts/ops-metrics.ts";
import { defineCommand } from "../../command.ts";
import { planeFor, query } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";
import { table } from "../../output/table.ts";

const pageSize = 50;

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show what each service may cost in a month, and has cost since it began",
    examples: [["npx chittyops budgets list -e prod", "by list price, in US dollars; months are those of UTC"]],
    configure: environmentOption,
    async action(session, options) {
      const plane = await planeFor(session, options);
      const budgets: Budget[] = [];
      for (let more = true; more; ) {
        const path = `/api/v1/budgets${query({ after: budgets.at(-1)?.service, limit: pageSize })}`;
        const page = await plane.get(path, z.object({ budgets: z.array(budget) }));
        budgets.push(...page.budgets);
        more = page.budgets.length === pageSize;
      }
      session.console.result(budgets, () =>
        budgets.length === 0
          ? "No service has a budget: npx chittyops budgets set <service> <dollars>"
          : table(["SERVICE", "FAMILY", "BUDGET", "SPENT", ""], budgets.map(rowOf)),
      );
      return undefined;
    },
  });
}

function rowOf({ service, family = "", dollarsPerMonth, spent }: Budget): string[] {
  const share = `${Math.round((spent / dollarsPerMonth) * 100)} %`;
  return [service, family, `$${dollarsPerMonth.toFixed(2)}`, `$${spent.toFixed(2)}`, share];
}
