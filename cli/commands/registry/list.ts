import type { Command } from "commander";
import { familyNames } from "../../../catalog/index.ts";
import { healthStates } from "../../../contracts/ops-health.ts";
import type { RegistryEntry } from "../../../contracts/ops-registry.ts";
import { defineCommand } from "../../command.ts";
import { allServices } from "../../ops/all-services.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption, stringOption } from "../../options.ts";
import type { Console } from "../../output/console.ts";
import { healthWord } from "../../output/health-word.ts";
import { table } from "../../output/table.ts";

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show each registered service with its family, owner, version and health",
    examples: [
      ["npx chittyops registry list -e prod --health unreachable", "those that do not answer"],
      ["npx chittyops registry list --search 'mcp tools' --json", "those that have both words somewhere, for a script"],
    ],
    configure: (command) =>
      watchOption(environmentOption(command))
        .option("-f, --family <family>", `of one family: ${familyNames.join(", ")}`)
        .option("--health <health>", `in one state: ${healthStates.join(", ")}`)
        .option("-s, --search <words>", "that have all of these words in their name, description, owner or tools"),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const filter = {
        family: stringOption(options, "family"),
        health: stringOption(options, "health"),
        words: stringOption(options, "search"),
      };
      return looking(
        session,
        options,
        () => allServices(plane, filter),
        (services) => shown(session.console, services),
      );
    },
  });
}

function shown(console: Console, services: readonly RegistryEntry[]): string {
  const rows = services.map((service) => [
    service.name,
    service.family,
    service.subtype,
    String(service.tier),
    service.owner,
    service.version.slice(0, 12),
    healthWord(console, service),
    service.source,
  ]);
  return table(["SERVICE", "FAMILY", "RUNS ON", "TIER", "OWNER", "VERSION", "HEALTH", "KNOWN BY"], rows);
}
