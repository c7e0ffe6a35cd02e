import type { Command } from "commander";
import type { EnvironmentName } from "../../../catalog/index.ts";
import { exportApp } from "../../apps/export-app.ts";
import { type AppFamily, type FamilyApp, familyApps } from "../../apps/family-apps.ts";
import { ReapedApps } from "../../apps/reaped-apps.ts";
import { defineCommand } from "../../command.ts";
import { changeSummary, showChanges } from "../../engine/change-summary.ts";
import { deploy } from "../../engine/deploy.ts";
import { type LocalGround, openLocalGround } from "../../engine/open-local-stack.ts";
import { stackName, stackTarget } from "../../engine/stack-target.ts";
import type { UpdateLog } from "../../engine/update-log.ts";
import { openStackToLook, withStack } from "../../engine/with-stack.ts";
import { exitCode } from "../../exit-code.ts";
import { environmentOption, flag, stringOption, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import { approvePlan } from "../../policies/approve-plan.ts";
import type { Session } from "../../session.ts";
import { UserError } from "../../user-error.ts";
import { environmentOf } from "../tenant/environment.ts";

interface Reaping {
  environment: EnvironmentName;
  ground: LocalGround | undefined;
  below: string | undefined;
  yes: boolean;
}

export function reapCommand(): Command {
  return defineCommand({
    name: "reap",
    summary: "Remove the apps that have expired, and export what they stored first",
    description:
      "Removes the apps whose time has passed. What a consumer app stored is exported and checked before anything is deleted. A court's app loses its address and its sign-in only: its records, their keys and the chain of custody stay, locked as they are. The stacks of their families are brought to what the programs say. To keep an app, give it a later expiresAt in the catalog.",
    examples: [
      ["npx chittyops apps reap -e prod", "all that have expired, after a confirmation"],
      ["npx chittyops apps reap habit-tracker --to /mnt/apps", "one of them, with its export below /mnt/apps"],
    ],
    configure: (command) =>
      yesOption(environmentOption(command))
        .argument("[id...]", "ids of expired apps; by default all")
        .option("--to <folder>", "where the folders of exports are made; by default below .chittyops/exports"),
    async action(session, options, given) {
      // As many as there are come as one list.
      const ids = given.flatMap((id) => id ?? []);
      const environment = environmentOf(options);
      const due = chosen(await familyApps(session, environment, Date.now()), ids);
      if (due.length === 0) {
        session.console.result({ reaped: [] }, () => `No app of ${environment} is to be reaped.`);
        return undefined;
      }
      const yes = flag(options, "yes");
      const named = due.map(({ family, id, expiresAt }) => `${id} of ${family}, expired ${expiresAt}`).join("; ");
      await confirm(session.console, {
        consequence: `This exports what these apps stored and removes them: ${named}.`,
        word: environment,
        yes,
      });
      const ground = environment === "local" ? await openLocalGround(session) : undefined;
      const reaping = { environment, ground, below: stringOption(options, "to"), yes };
      const logs: UpdateLog[] = [];
      for (const [family, apps] of Map.groupBy(due, (app) => app.family))
        logs.push(...(await reap(session, family, apps, reaping)));
      const summary = changeSummary(logs);
      const reaped = new ReapedApps(environment).all().filter(({ id }) => due.some((app) => app.id === id));
      session.console.result({ reaped, ...summary }, () =>
        [
          showChanges(summary),
          ...reaped.map(
            ({ id, exported }) => `${id} was reaped.${exported ? ` Its data is in ${exported.folder}.` : ""}`,
          ),
        ].join("\n"),
      );
      return exitCode.ok;
    },
  });
}

/** @throws UserError where one that was named is not expired */
function chosen(apps: readonly FamilyApp[], ids: readonly string[]): FamilyApp[] {
  const due = apps.filter(({ standing }) => standing === "expired" || standing === "reaping");
  const wrong = ids.filter((id) => !due.some((app) => app.id === id));
  if (wrong.length === 0) return ids.length === 0 ? due : due.filter(({ id }) => ids.includes(id));
  throw new UserError("Only apps that have expired can be reaped.", {
    details: wrong.map((id) => {
      const app = apps.find((one) => one.id === id);
      if (app === undefined) return `${id}: there is no such app`;
      if (app.standing === "settling")
        return `${id}: filings may be on their way to the court until ${app.reapableFrom}`;
      return `${id}: it is ${app.standing}${app.expiresAt === undefined ? ", and never expires" : `, and expires ${app.expiresAt}`}`;
    }),
    expected: due.length === 0 ? "no app, since none has expired" : due.map(({ id }) => id).join(", "),
    remedy: "npx chittyops apps list",
    exitCode: exitCode.usage,
  });
}

/** Exports, records what is to go, and brings the family's stack to what its program then says. */
async function reap(
  session: Session,
  family: AppFamily,
  apps: readonly FamilyApp[],
  { environment, ground, below, yes }: Reaping,
): Promise<UpdateLog[]> {
  const target = stackTarget(family, environment);
  const opened = await openStackToLook(session, target, {}, ground);
  const records = new ReapedApps(environment);
  for (const app of apps) {
    const { id, expiresAt } = app;
    if (app.standing === "reaping" || expiresAt === undefined) continue;
    const now = new Date();
    // One that has expired takes nothing any more, so that the export has all of it. A court's records stay where they are.
    const exported =
      family === "cook-county" ? undefined : await exportApp(session, opened, app, { environment, below, now });
    records.record({ family, id, expiresAt, reapedAt: now.toISOString(), ...(exported && { exported }) });
  }
  // Opened again, since what was recorded is part of the stack's configuration.
  return withStack(session, { command: "apps reap", target, ground, yes }, async (ready, run) => {
    if (!ready.ownsCloud) await approvePlan(session, ready, yes);
    return deploy(session, ready, run, `Reaping in ${stackName(target)}`);
  });
}
