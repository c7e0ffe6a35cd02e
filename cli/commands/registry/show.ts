import type { Command } from "commander";
import { type RegistryDetail, registryDetail } from "../../../contracts/ops-registry.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption } from "../../options.ts";
import type { Console } from "../../output/console.ts";
import { healthWord } from "../../output/health-word.ts";
import { table } from "../../output/table.ts";

const shownDays = 14;

export function showCommand(): Command {
  return defineCommand({
    name: "show",
    summary: "Show a service: how it is watched, its last days, what it needs and what needs it",
    examples: [["npx chittyops registry show chittyfinance -e prod", "everything that the plane knows of it"]],
    configure: (command) => watchOption(environmentOption(command)).argument("<service>", "name of the service"),
    async action(session, options, [name = ""]) {
      const plane = await planeFor(session, options);
      const path = `/api/v1/services/${encodeURIComponent(name)}`;
      return looking(
        session,
        options,
        () => plane.get(path, registryDetail),
        (service) => shownService(session.console, service),
      );
    },
  });
}

/** A service as `registry show` and `health` show it. */
export function shownService(console: Console, service: RegistryDetail): string {
  const { objective, certificate } = service;
  const facts: [string, string][] = [
    ["Service", `${service.name}  ${healthWord(console, service)}`],
    ["What", service.description],
    ["URI", service.uri],
    ["ChittyID", service.chitty_id ?? "not minted"],
    ["Family", `${service.family}, tier ${service.tier}, owner ${service.owner}`],
    ["Version", service.version],
    ["Endpoints", service.endpoints.join("  ") || "none"],
    ...service.checks.map(({ kind, health, last, suppressedBy }): [string, string] => [
      `Check: ${kind}`,
      `${health}; ${last === undefined ? "not looked at yet" : `${last.detail} (${last.at})`}${suppressedBy === undefined ? "" : `; explained by ${suppressedBy}`}`,
    ]),
    ["Certificate", certificate.daysLeft === "unknown" ? "unknown" : `${certificate.daysLeft} days left`],
    [
      "Objective",
      `${percent(objective.objective)} in ${objective.windowDays} days; measured ${percent(objective.measured)}, budget left ${percent(objective.budgetLeft)}`,
    ],
    [
      "Needs",
      service.dependencies.map(({ kind, name, health = "" }) => `${name} (${health || kind})`).join(", ") || "nothing",
    ],
    ["Needed by", service.dependants.join(", ") || "nobody"],
  ];
  const days = service.history.slice(-shownDays).map((day) => {
    const seen = day.up + day.down;
    return [day.day, percent(seen === 0 ? null : day.up / seen), `${day.down} s`, `${day.unknown} s`, latencyOf(day)];
  });
  const history = days.length === 0 ? "" : `\n\n${table(["DAY", "UP", "DOWN", "UNKNOWN", "LATENCY"], days)}`;
  return `${facts.map(([name, value]) => `${name.padEnd(18)}${value}`).join("\n")}${history}`;
}

const percent = (share: number | null): string => (share === null ? "not measured" : `${(share * 100).toFixed(2)} %`);

function latencyOf({ latencyMean, latencyMax }: RegistryDetail["history"][number]): string {
  return latencyMean === null ? "" : `${latencyMean} ms, at most ${latencyMax} ms`;
}
