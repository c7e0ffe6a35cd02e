import type { Command } from "commander";
import { Option } from "commander";
import { incident, severities } from "../../../contracts/ops-incidents.ts";
import { type CommandDefinition, defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";

export const ackCommand = () =>
  actCommand({
    name: "ack",
    summary: "Take care of an incident, or say who does; it is escalated no further by itself",
    examples: [["npx chittyops incidents ack inc-17 --note 'looking at it'", "you are its owner"]],
    configure: (command) =>
      command.option("--owner <e-mail>", "somebody else takes care of it").option("--note <text>"),
    body: (options) => ({ owner: options.owner, note: options.note }),
  });

export const escalateCommand = () =>
  actCommand({
    name: "escalate",
    summary: "Call for more help",
    examples: [
      ["npx chittyops incidents escalate inc-17 --severity critical --reason 'the court calls'", "told at once"],
    ],
    configure: (command) =>
      command
        .requiredOption("--reason <text>", "why")
        .addOption(new Option("--severity <severity>", "it is worse than it was").choices(severities)),
    body: (options) => ({ reason: options.reason, severity: options.severity }),
  });

export const resolveCommand = () =>
  actCommand({
    name: "resolve",
    summary: "Say that it is over, and what ended it",
    examples: [["npx chittyops incidents resolve inc-17 --resolution 'rolled back to 1.4.2'", "who was told is told"]],
    configure: (command) => command.requiredOption("--resolution <text>", "what ended it"),
    body: (options) => ({ resolution: options.resolution }),
  });

export const noteCommand = () =>
  actCommand({
    name: "note",
    summary: "Add a note to its history",
    examples: [["npx chittyops incidents note inc-17 --text 'only tenants in Chicago'", "with the time and your name"]],
    configure: (command) => command.requiredOption("--text <text>", "the note"),
    body: (options) => ({ text: options.text }),
  });

interface Act extends Omit<CommandDefinition, "action" | "configure"> {
  configure(command: Command): Command;
  body(options: Record<string, string | undefined>): Record<string, unknown>;
}

function actCommand({ configure, body, ...definition }: Act): Command {
  return defineCommand({
    ...definition,
    configure: (command) => configure(environmentOption(command).argument("<id>", "id of the incident")),
    async action(session, options, [id = ""]) {
      const plane = await planeFor(session, options);
      const texts = Object.fromEntries(Object.keys(options).map((name) => [name, stringOption(options, name)]));
      const path = `/api/v1/incidents/${encodeURIComponent(id)}/${definition.name}`;
      const now = await plane.send("POST", path, body(texts), incident);
      session.console.result(now, () => plainText(`${now.id} is ${now.state}, ${now.severity}: ${now.title}`));
      return undefined;
    },
  });
}
