import type { Command } from "commander";
import { type FamilyApp, familyApps } from "../../apps/family-apps.ts";
import { defineCommand } from "../../command.ts";
import { environmentOption, flag } from "../../options.ts";
import { duration } from "../../output/duration.ts";
import { table } from "../../output/table.ts";
import { environmentOf } from "../tenant/environment.ts";

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "List the apps of families with when they expire",
    examples: [
      ["npx chittyops apps list", "every app on the embedded cloud"],
      ["npx chittyops apps list -e prod --expired --json", "those that can be reaped, for a script"],
    ],
    configure: (command) => environmentOption(command).option("--expired", "only those whose time has passed"),
    async action(session, options) {
      const now = Date.now();
      const all = await familyApps(session, environmentOf(options), now);
      const apps = flag(options, "expired") ? all.filter(isOver) : all;
      session.console.result(apps, () =>
        table(
          ["APP", "FAMILY", "TITLE", "URL", "STANDING", "EXPIRES"],
          apps.map((app) => [app.id, app.family, app.title, app.url, app.standing, expiry(app, now)]),
        ),
      );
      return undefined;
    },
  });
}

const isOver = ({ standing }: FamilyApp) => ["expired", "settling", "reaping"].includes(standing);

function expiry({ expiresAt, standing, reapableFrom }: FamilyApp, now: number): string {
  if (expiresAt === undefined) return "never";
  const left = Date.parse(expiresAt) - now;
  const when = left > 0 ? `in ${duration(left)}` : `${duration(-left)} ago`;
  return standing === "settling" ? `${when}, to be reaped from ${reapableFrom} on` : when;
}
