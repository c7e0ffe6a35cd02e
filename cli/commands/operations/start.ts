import type { Command } from "commander";
import { operation } from "../../../contracts/ops-operations.ts";
import { defineCommand } from "../../command.ts";
import { stackName, stackTarget } from "../../engine/stack-target.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption, stringOption } from "../../options.ts";

export function startCommand(): Command {
  return defineCommand({
    name: "start",
    summary: "Put services into maintenance for a deployment",
    description:
      "Maintenance on, drain, then it waits for `chittyops up` of the stack to end, until every service is healthy, and maintenance off. When the deployment fails or does not come, or a service does not become healthy, the maintenance ends and an incident says so. What was deployed is not taken back.",
    examples: [
      [
        "npx chittyops operations start chittyfinance chittyauth -e prod --reason 'new schema'",
        "then: npx chittyops up -e prod",
      ],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<service...>", "names of services")
        .requiredOption("--reason <text>", "why")
        .option("--family <family>", "whose stack is deployed", "chittyos")
        .option("--stack <stack>", "which one, where it is not the family's own")
        .option("--drain <seconds>", "how long what is under way may take to end", Number)
        .option("--deploy-within <seconds>", "until the deployment has to have ended", Number)
        .option("--verify-within <seconds>", "until all have to be healthy after it", Number),
    async action(session, options, [services]) {
      const plane = await planeFor(session, options);
      const family = stringOption(options, "family");
      const body = {
        services,
        family,
        stack: stringOption(options, "stack") ?? stackName(stackTarget(family, stringOption(options, "env"))),
        reason: options.reason,
        drainSeconds: options.drain,
        deployWithinSeconds: options.deployWithin,
        verifyWithinSeconds: options.verifyWithin,
      };
      const started = await plane.send("POST", "/api/v1/operations", body, operation);
      session.console.result(
        started,
        () => `${started.id} is under way; it waits for the deployment of ${started.stack}.`,
      );
      return undefined;
    },
  });
}
