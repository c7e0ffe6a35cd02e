import type { Command } from "commander";
import { Option } from "commander";
import { incidentDetail, severities } from "../../../contracts/ops-incidents.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { shownIncident } from "./show.ts";

export function openCommand(): Command {
  return defineCommand({
    name: "open",
    summary: "Say that something is wrong",
    examples: [
      [
        "npx chittyops incidents open 'Filing stands still' --family cook-county --severity major --subject efile",
        "opened under your name",
      ],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<title>", "what is wrong, in a line")
        .requiredOption("--family <family>", "whose it is")
        .addOption(new Option("--severity <severity>", "how bad it is").choices(severities).default("major"))
        .option("--subject <subject>", "which service, or `<family>/<child>`")
        .option("--description <text>", "what else is known")
        .option("--runbook <path>", "what to do: a path in docs/runbooks, or an address")
        .option("--fingerprint <text>", "joins the incident that is open under it"),
    async action(session, options, [title = ""]) {
      const plane = await planeFor(session, options);
      const given = ["family", "severity", "subject", "description", "runbook", "fingerprint"].flatMap((name) => {
        const value = stringOption(options, name);
        return value === undefined ? [] : [[name, value]];
      });
      const body = { title, ...Object.fromEntries(given) };
      const incident = await plane.send("POST", "/api/v1/incidents", body, incidentDetail);
      session.console.result(incident, () => shownIncident(incident));
      return undefined;
    },
  });
}
