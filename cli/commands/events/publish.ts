import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { publishedEvents } from "../../../contracts/ops-events.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { UserError } from "../../user-error.ts";

export function publishCommand(): Command {
  return defineCommand({
    name: "publish",
    summary: "Publish an event",
    examples: [
      [
        `npx chittyops events publish cc.chitty.finance.closed --subject books/2026 --data '{"by":"ann"}'`,
        "whoever subscribes to the topic is told",
      ],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<type>", "e.g. cc.chitty.finance.closed")
        .option("--source <uri>", "where it comes from", "chittyops")
        .option("--subject <text>", "what it is about; events of one subject arrive in order")
        .option("--family <family>", "whose it is; needed from operators of some families only")
        .option("--id <id>", "the same event again is taken once")
        .option("--data <json>", "what it says"),
    async action(session, options, [type = ""]) {
      const plane = await planeFor(session, options);
      const data = stringOption(options, "data");
      const [subject, family] = [stringOption(options, "subject"), stringOption(options, "family")];
      const event = {
        specversion: "1.0",
        id: stringOption(options, "id") ?? randomUUID(),
        source: stringOption(options, "source"),
        type,
        time: new Date().toISOString(),
        ...(subject !== undefined && { subject }),
        ...(family !== undefined && { family }),
        ...(data !== undefined && { datacontenttype: "application/json", data: jsonOf(data) }),
      };
      const { events } = await plane.send("POST", "/api/v1/events", event, publishedEvents);
      const [stored] = events;
      session.console.result({ ...event, ...stored }, () =>
        stored?.known ? `It was there already: ${stored.sequence}.` : `Stored as ${stored?.sequence}.`,
      );
      return undefined;
    },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError("--data is no JSON.", { expected: "JSON", remedy: `--data '{"key":"value"}'` });
  }
}
