import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { stacksAtOnce } from "../../engine/deploy-estate.ts";
import { exitCode } from "../../exit-code.ts";
import { asShown } from "../../known-errors.ts";
import { environmentOption, flag, stringOption, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import { ApiBudget } from "../../tenants/api-budget.ts";
import { bringUp } from "../../tenants/fleet.ts";
import { describePlan } from "../../tenants/fleet-plan.ts";
import { fleetUp } from "../../tenants/fleet-up.ts";
import { UserError } from "../../user-error.ts";
import { environmentOf } from "../tenant/environment.ts";
import { plannedFleet } from "./planned-fleet.ts";

export function upCommand(): Command {
  return defineCommand({
    name: "up",
    summary: "Bring up every tenant that is behind",
    description:
      "Brings up every tenant that is new, behind or was interrupted, several at a time under one budget of API calls, which is said first. What is current is not touched, so that an interrupted run goes on where it stopped. In a real environment the rules are asked about each plan first, and one that deletes something is left out without --yes.",
    examples: [["npx chittyops fleet up -e prod --max-failures 1", "stops beginning new ones at the first failure"]],
    configure: (command) =>
      yesOption(environmentOption(command))
        .option("--max-failures <n>", "begin nothing new after so many failures", "3")
        .option("--at-once <n>", "stacks at work at a time", String(stacksAtOnce)),
    async action(session, options) {
      const environment = environmentOf(options);
      const yes = flag(options, "yes");
      const limits = { maximumFailures: count(options, "maxFailures"), atOnce: count(options, "atOnce") };
      const { ground, members, plan } = await plannedFleet(session, environment);
      session.console.note(describePlan(plan));
      if (environment !== "local" && plan.toBringUp > 0) {
        const consequence = `This brings up ${plan.toBringUp} tenants of ${environment}.`;
        await confirm(session.console, { consequence, word: environment, yes });
      }
      const { signal } = session;
      const budget = new ApiBudget({
        now: () => Date.now(),
        until: (time) => delay(Math.max(0, time - Date.now()), undefined, { signal }),
      });
      const run = await session.console.together(() =>
        fleetUp(members, budget, { ...limits, signal }, (member) =>
          bringUp(session, member, ground, { command: "fleet up", yes }),
        ),
      );
      signal.throwIfAborted();
      for (const { error } of run.failed) session.console.error(asShown(error));
      const summary = { done: run.done.length, failed: run.failed.length, left: run.left.length };
      session.console.result(
        summary,
        () => `${summary.done} brought up, ${summary.failed} failed, ${summary.left} not begun.`,
      );
      return run.failed.length === 0 ? exitCode.ok : exitCode.failed;
    },
  });
}

function count(options: Readonly<Record<string, unknown>>, name: string): number {
  const given = stringOption(options, name) ?? "";
  if (/^[1-9][0-9]{0,3}$/.test(given)) return Number(given);
  const flagName = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UserError(`--${flagName} is ${JSON.stringify(given)}.`, {
    expected: "a whole number from 1 on",
    exitCode: exitCode.usage,
  });
}
