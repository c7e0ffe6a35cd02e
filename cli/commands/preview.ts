import type { Command } from "commander";
import { describeLimit, type NeonLimit, neonLimits, neonProject, requireRoom } from "../cloud/neon-limits.ts";
import { defineCommand } from "../command.ts";
import { changeSummary, showChanges } from "../engine/change-summary.ts";
import { openOfflineStack } from "../engine/offline-stack.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName, stackTarget } from "../engine/stack-target.ts";
import type { UpdateLog } from "../engine/update-log.ts";
import { openStackToLook } from "../engine/with-stack.ts";
import { environmentOption, familyArgument, flag, stringOption } from "../options.ts";
import { planStack } from "../policies/plan-stack.ts";
import { refusal, showVerdict, verdictSummary } from "../policies/show-verdict.ts";
import type { Session } from "../session.ts";

/** What Neon limits, in the light of this plan. Nothing where there is no Neon to ask. */
async function limitsOf(session: Session, { clouds }: ReadyStack, { changes }: UpdateLog): Promise<NeonLimit[]> {
  const newProjects = changes.filter(({ type, operation }) => type === neonProject && operation === "create").length;
  if (clouds === undefined) return [];
  return neonLimits(await clouds(), { newProjects, signal: session.signal });
}

export function previewCommand(): Command {
  return defineCommand({
    name: "preview",
    summary: "Show what `up` would change, and what the rules say of it",
    examples: [
      ["npx chittyops preview -e dev", "what an update of dev would change"],
      ["npx chittyops preview -e prod --offline", "everything prod would be, without credentials, state or cloud"],
    ],
    configure: (command) =>
      environmentOption(familyArgument(command)).option(
        "--offline",
        "against nothing: no credentials, an empty throwaway state, marked dummies for what is not known",
      ),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      await using offline = flag(options, "offline") ? await openOfflineStack(session, target) : undefined;
      const ready = offline?.ready ?? (await openStackToLook(session, target));
      const { log, verdict } = await planStack(session, ready);
      const summary = changeSummary([log]);
      const limits = await limitsOf(session, ready, log);
      session.console.result({ ...summary, limits, rules: verdictSummary(verdict) }, () =>
        [showChanges(summary), ...limits.map(describeLimit), showVerdict(verdict)].join("\n"),
      );
      requireRoom(limits);
      if (!verdict.compliant) throw refusal(verdict, "plan", `The plan of ${stackName(target)}`);
      return undefined;
    },
  });
}
