import { type Command, InvalidArgumentError } from "commander";
import { familyNames } from "../../../catalog/index.ts";
import { maintenance } from "../../../contracts/ops-health.ts";
import { registryDetail } from "../../../contracts/ops-registry.ts";
import { defineCommand } from "../../command.ts";
import { exitCode } from "../../exit-code.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { UserError } from "../../user-error.ts";

const longestMinutes = 14 * 24 * 60;

export function startCommand(): Command {
  return defineCommand({
    name: "start",
    summary: "Begin a window of maintenance, or plan one",
    description:
      "Begins a window of maintenance for services, or for a whole family where none is named. Checks go on; no incident is opened, and the time is no part of the uptime. What is still down at its end is an incident then.",
    examples: [
      ["npx chittyops maintenance start chittyfinance --minutes 30 --reason 'move the database'", "from now on"],
      [
        "npx chittyops maintenance start -f cook-county --minutes 120 --at 2026-12-01T22:00:00Z --reason upgrade",
        "a whole family, later",
      ],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("[service]", "one service; absent: all of the family")
        .requiredOption("-m, --minutes <minutes>", `how long, 1 to ${longestMinutes}`, minutesOf)
        .requiredOption("-r, --reason <text>", "why, for those who wonder")
        .option("-f, --family <family>", `the whole of a family: ${familyNames.join(", ")}`)
        .option("--at <time>", "when it begins (ISO 8601), by default now", timeOf),
    async action(session, options, [service]) {
      const family = stringOption(options, "family");
      if ((service === undefined) === (family === undefined)) {
        throw new UserError("It has to be said what is maintained: one service, or a whole family.", {
          expected: "either a service, or --family",
          exitCode: exitCode.usage,
        });
      }
      const plane = await planeFor(session, options);
      const found =
        service === undefined
          ? { family: family ?? "" }
          : await plane.get(`/api/v1/services/${encodeURIComponent(service)}`, registryDetail);
      const planned = await plane.send(
        "POST",
        "/api/v1/maintenance",
        {
          family: found.family,
          ...(service !== undefined && { services: [service] }),
          reason: stringOption(options, "reason"),
          ...(options.at !== undefined && { startsAt: options.at }),
          minutes: options.minutes,
        },
        maintenance,
      );
      session.console.result(
        planned,
        () => `${planned.id}: ${service ?? `all of ${planned.family}`}, ${planned.startsAt} to ${planned.endsAt}.`,
      );
      return undefined;
    },
  });
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (Number.isSafeInteger(minutes) && minutes >= 1 && minutes <= longestMinutes) return minutes;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${longestMinutes}.`);
}

function timeOf(text: string): string {
  if (!Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  throw new InvalidArgumentError("Expected a time as ISO 8601, e.g. 2026-12-01T22:00:00Z.");
}
