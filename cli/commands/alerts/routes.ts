import type { Command } from "commander";
import { Option } from "commander";
import { z } from "zod";
import { alertRoute, groupings } from "../../../contracts/ops-alerts.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";
import { matchOf, matchOptions, matchText } from "./match-options.ts";

const path = "/api/v1/alerts/routes";

export function routesCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show which incidents are told to whom",
    examples: [["npx chittyops alerts routes list -e prod", "every route applies that fits"]],
    configure: environmentOption,
    async action(session, options) {
      const plane = await planeFor(session, options);
      const { routes } = await plane.get(path, z.object({ routes: z.array(alertRoute) }));
      session.console.result(routes, () =>
        table(
          ["NAME", "INCIDENTS", "TO", "GROUPED BY", "ESCALATED AFTER", "TO"],
          routes.map(({ name, match, destinations, groupBy, escalateAfterSeconds, escalateTo }) =>
            [
              name,
              matchText(match),
              destinations.join(","),
              groupBy.join(","),
              escalateAfterSeconds === undefined ? "" : `${escalateAfterSeconds} s`,
              (escalateTo ?? []).join(","),
            ].map(plainText),
          ),
        ),
      );
      return undefined;
    },
  });
}

export function setRouteCommand(): Command {
  return defineCommand({
    name: "set",
    summary: "Say which incidents are told to whom; a route of the same name is replaced",
    examples: [
      [
        "npx chittyops alerts routes set court --family cook-county --to on-call --escalate-after 600 --escalate-to night",
        "escalated while nobody acknowledges for ten minutes",
      ],
    ],
    configure: (command) =>
      matchOptions(environmentOption(command).argument("<name>", "what it is called"))
        .requiredOption("--to <destination...>", "who is told")
        .addOption(new Option("--group-by <field...>", "what incidents of one notice share").choices(groupings))
        .option("--group-wait <seconds>", "how long a notice waits for others", Number)
        .option("--escalate-after <seconds>", "told again while nobody acknowledges", Number)
        .option("--escalate-to <destination...>", "who is told of that"),
    async action(session, options, [name = ""]) {
      const plane = await planeFor(session, options);
      const body = {
        name,
        match: matchOf(options),
        destinations: options.to,
        groupBy: options.groupBy,
        groupWaitSeconds: options.groupWait,
        escalateAfterSeconds: options.escalateAfter,
        escalateTo: options.escalateTo,
      };
      const route = await plane.send("POST", path, body, alertRoute);
      session.console.result(route, () => `${name}: ${matchText(route.match)} to ${route.destinations.join(", ")}.`);
      return undefined;
    },
  });
}

export function removeRouteCommand(): Command {
  return defineCommand({
    name: "remove",
    summary: "Remove a route",
    examples: [["npx chittyops alerts routes remove court", "what fits no route is told to nobody"]],
    configure: (command) => environmentOption(command).argument("<name>", "which route"),
    async action(session, options, [name = ""]) {
      const plane = await planeFor(session, options);
      await plane.send("DELETE", `${path}/${encodeURIComponent(name)}`, undefined, z.null());
      session.console.result({ removed: name }, () => `The route ${name} is gone.`);
      return undefined;
    },
  });
}
