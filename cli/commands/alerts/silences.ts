import type { Command } from "commander";
import { z } from "zod";
import { silence } from "../../../contracts/ops-alerts.ts";
import { defineCommand } from "../../command.ts";
import { spanSeconds } from "../../database/span.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";
import { matchOf, matchOptions, matchText } from "./match-options.ts";

const path = "/api/v1/alerts/silences";

export function silencesCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show the silences that are not over",
    examples: [["npx chittyops alerts silences list -e prod", "of what, why, by whom and until when"]],
    configure: environmentOption,
    async action(session, options) {
      const plane = await planeFor(session, options);
      const { silences } = await plane.get(path, z.object({ silences: z.array(silence) }));
      const rows = silences.map(({ id, match, until, by, reason }) =>
        [id, matchText(match), until, by, reason].map(plainText),
      );
      session.console.result(silences, () =>
        rows.length === 0 ? "Nothing is silenced." : table(["ID", "INCIDENTS", "UNTIL", "BY", "REASON"], rows),
      );
      return undefined;
    },
  });
}

export function silenceCommand(): Command {
  return defineCommand({
    name: "add",
    summary: "Tell nobody of some incidents for a while",
    description:
      "Incidents are opened and resolved all the same. What still lasts when the silence is over is told then. It lasts 30 days at most.",
    examples: [
      [
        "npx chittyops alerts silences add --subject chittyfinance --for 2h --reason 'moving its database'",
        "two hours",
      ],
    ],
    configure: (command) =>
      matchOptions(environmentOption(command))
        .requiredOption("--for <time>", "how long, e.g. 30m, 2h, 3d")
        .requiredOption("--reason <text>", "why"),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const until = new Date(Date.now() + spanSeconds(String(options.for), "--for") * 1_000).toISOString();
      const added = await plane.send("POST", path, { match: matchOf(options), until, reason: options.reason }, silence);
      session.console.result(added, () => `${added.id} until ${added.until}.`);
      return undefined;
    },
  });
}

export function unsilenceCommand(): Command {
  return defineCommand({
    name: "remove",
    summary: "End a silence: what it held back is told",
    examples: [["npx chittyops alerts silences remove sil-…", "at once"]],
    configure: (command) => environmentOption(command).argument("<id>", "id of the silence"),
    async action(session, options, [id = ""]) {
      const plane = await planeFor(session, options);
      await plane.send("DELETE", `${path}/${encodeURIComponent(id)}`, undefined, z.null());
      session.console.result({ removed: id }, () => `The silence ${id} is over.`);
      return undefined;
    },
  });
}
