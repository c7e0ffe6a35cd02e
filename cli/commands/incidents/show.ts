import type { Command } from "commander";
import { type IncidentDetail, incidentDetail } from "../../../contracts/ops-incidents.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";

export function showCommand(): Command {
  return defineCommand({
    name: "show",
    summary: "Show an incident with its history, what changed before it, and its review",
    examples: [["npx chittyops incidents show inc-17 -e prod", "all that is known of it"]],
    configure: (command) => watchOption(environmentOption(command)).argument("<id>", "id of the incident"),
    async action(session, options, [id = ""]) {
      const plane = await planeFor(session, options);
      const path = `/api/v1/incidents/${encodeURIComponent(id)}`;
      return looking(session, options, () => plane.get(path, incidentDetail), shownIncident);
    },
  });
}

export function shownIncident(incident: IncidentDetail): string {
  const { timeline, changes, subjects, review } = incident;
  const lines = [
    `${incident.id} ${incident.severity}, ${incident.state}: ${incident.title}`,
    `family ${incident.family}, from ${incident.source}, signalled ${incident.signals} times, ${incident.affected} affected`,
    ...(incident.owner === undefined ? [] : [`owner ${incident.owner}`]),
    ...(incident.runbook === undefined ? [] : [`runbook ${incident.runbook}`]),
    ...(subjects.length === 0
      ? []
      : [`affected: ${subjects.slice(0, 10).join(", ")}${subjects.length > 10 ? ", …" : ""}`]),
    ...(changes.length === 0 ? [] : ["", "Deployed in the hour before:"]),
    ...changes.map(({ at, subject, text }) => `  ${at} ${subject}: ${text}`),
    "",
    ...timeline.map(({ at, actor, what, text }) => `  ${at} ${what} by ${actor.id}${text === "" ? "" : `: ${text}`}`),
    ...(review === undefined
      ? []
      : [
          "",
          `Review: ${review.summary}`,
          `  cause: ${review.cause}`,
          ...(review.impact === "" ? [] : [`  impact: ${review.impact}`]),
          ...review.actions.map(({ what, owner }) => `  to do: ${what}${owner === undefined ? "" : ` (${owner})`}`),
        ]),
  ];
  return plainText(lines.join("\n"));
}
