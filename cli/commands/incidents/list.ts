import type { Command } from "commander";
import { Option } from "commander";
import { type IncidentPage, incidentPage, severities } from "../../../contracts/ops-incidents.ts";
import { defineCommand } from "../../command.ts";
import { planeFor, query } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption, flag, stringOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show incidents, the newest first, and how many there are",
    examples: [
      ["npx chittyops incidents list -e prod --watch", "those that are not resolved, as they come and go"],
      ["npx chittyops incidents list --resolved --family cook-county --json", "what was, for a script"],
    ],
    configure: (command) =>
      watchOption(environmentOption(command))
        .option("--resolved", "those that are resolved instead")
        .option("--family <family>", "of one family")
        .option("--subject <subject>", "about one service, or `<family>/<child>`")
        .addOption(new Option("--severity <severity>", "of one severity").choices(severities))
        .option("--after <id>", "those before this one: the next page"),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const path = `/api/v1/incidents${query({
        state: flag(options, "resolved") ? "resolved" : "current",
        family: stringOption(options, "family"),
        subject: stringOption(options, "subject"),
        severity: stringOption(options, "severity"),
        after: stringOption(options, "after"),
      })}`;
      return looking(session, options, () => plane.get(path, incidentPage), shown);
    },
  });
}

function shown({ counts, incidents, next }: IncidentPage): string {
  const rows = incidents.map(({ id, severity, state, family, affected, owner = "", openedAt, title }) => [
    id,
    severity,
    state,
    family,
    String(affected),
    owner,
    openedAt,
    plainText(title),
  ]);
  const sums = `${counts.open} open, ${counts.acknowledged} acknowledged, ${counts.resolved} resolved`;
  return [
    ...(rows.length === 0 ? ["No incident."] : []),
    ...(rows.length > 0
      ? [table(["ID", "SEVERITY", "STATE", "FAMILY", "AFFECTED", "OWNER", "OPENED", "TITLE"], rows)]
      : []),
    next === undefined ? sums : `${sums}; more with --after ${next}`,
  ].join("\n");
}
