import type { Command } from "commander";
import { budget, budgetInput } from "../../../contracts/ops-metrics.ts";
import { defineCommand } from "../../command.ts";
import { exitCode } from "../../exit-code.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";
import { UserError } from "../../user-error.ts";

export function setCommand(): Command {
  return defineCommand({
    name: "set",
    summary: "Say what a service may cost in a month",
    description:
      "Says what a service may cost in a calendar month (UTC), by list price. An incident opens when four fifths of it are spent, and becomes a major one when all of it is.",
    examples: [["npx chittyops budgets set chittyfinance 25 -e prod", "25 US dollars a month"]],
    configure: (command) =>
      environmentOption(command)
        .argument("<service>", "name of the service")
        .argument("<dollars>", "US dollars a month, above 0"),
    async action(session, options, [service = "", dollars = ""]) {
      const input = budgetInput.safeParse({ dollarsPerMonth: Number(dollars) });
      if (!input.success || dollars.trim() === "") {
        throw new UserError(`${JSON.stringify(dollars)} is no budget.`, {
          expected: "US dollars a month, above 0 and at most 1,000,000",
          remedy: `npx chittyops budgets set ${service} 25`,
          exitCode: exitCode.usage,
        });
      }
      const plane = await planeFor(session, options);
      const path = `/api/v1/budgets/${encodeURIComponent(service)}`;
      const set = await plane.send("PUT", path, input.data, budget);
      session.console.result(
        set,
        () =>
          `${service} may cost $${set.dollarsPerMonth.toFixed(2)} a month; so far it cost $${set.spent.toFixed(2)}.`,
      );
      return undefined;
    },
  });
}
