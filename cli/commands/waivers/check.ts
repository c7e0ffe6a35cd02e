import type { Command } from "commander";
import { environmentNames } from "../../../catalog/index.ts";
import { ruleIds } from "../../../policies/all/packs.ts";
import { loadWaivers, type WaiverFile, waiverProblems } from "../../../policies/kit/load-waivers.ts";
import { defineCommand } from "../../command.ts";
import { openOfflineStack } from "../../engine/offline-stack.ts";
import type { StackInput } from "../../engine/open-local-stack.ts";
import { familiesWithStack, type StackTarget, stackTarget, tenantTarget } from "../../engine/stack-target.ts";
import { exitCode } from "../../exit-code.ts";
import { planStack } from "../../policies/plan-stack.ts";
import { today } from "../../policies/today.ts";
import type { Session } from "../../session.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { plannedTenant } from "../../tenants/tenant-stack.ts";

/** `chittyops waivers check` */
export function checkCommand(): Command {
  return defineCommand({
    name: "check",
    summary: "Find every mistake in the waivers at once",
    description:
      "Checks each file of policies/waivers: that it is whole, not expired, not longer than a year, not approved by who asked for it, and of a rule that exists. Each stack that a waiver is for is planned without credentials, to find waivers that waive nothing. Exit code 1 if anything is wrong.",
    examples: [["npx chittyops waivers check", "each mistake with its file and its field"]],
    async action(session) {
      const files = loadWaivers(ruleIds, today());
      const problems = waiverProblems([
        ...files.filter(({ waiver }) => waiver === undefined),
        ...(await unused(session, files)),
      ]);
      session.console.result({ waivers: files.length, problems }, () =>
        problems.length === 0
          ? `The waivers are in order: ${files.length}.`
          : [`${problems.length} mistakes in the waivers:`, ...problems.map((problem) => `  ${problem}`)].join("\n"),
      );
      return problems.length === 0 ? exitCode.ok : exitCode.failed;
    },
  });
}

/** The waivers that are whole and waive nothing in the plan of their stack, with what to say of each. */
async function unused(session: Session, files: readonly WaiverFile[]): Promise<WaiverFile[]> {
  const stacks = Map.groupBy(
    files.filter(({ waiver }) => waiver !== undefined),
    ({ urn }) => urn?.split("::").slice(0, 2).join("::"),
  );
  const wrong: WaiverFile[] = [];
  for (const [stack, own] of stacks) {
    const planned = plannedOf(stack ?? "");
    if (planned === undefined) {
      wrong.push(
        ...own.map((file) => ({
          ...file,
          problems: [`urn: there is no stack ${stack} in this repository, nor one of a recorded tenant`],
        })),
      );
      continue;
    }
    await using offline = await openOfflineStack(session, planned.target, planned);
    const { verdict } = await planStack(session, offline.ready);
    wrong.push(...verdict.waivers.filter(({ waiver, problems }) => waiver !== undefined && problems.length > 0));
  }
  return wrong;
}

interface Planned extends StackInput {
  target: StackTarget;
}

/** `urn:pulumi:<stack>::<project>` as a stack of this repository, or of a recorded tenant. */
function plannedOf(stackUrn: string): Planned | undefined {
  return families(stackUrn) ?? tenants(stackUrn);
}

function families(stackUrn: string): Planned | undefined {
  for (const family of familiesWithStack()) {
    for (const environment of environmentNames) {
      const target = stackTarget(family, environment);
      if (stackUrn === urnOf(target)) return { target };
    }
  }
  return undefined;
}

function tenants(stackUrn: string): Planned | undefined {
  for (const environment of environmentNames) {
    const record = new TenantRecords(environment)
      .present()
      .find(({ id }) => stackUrn === urnOf(tenantTarget(id, environment)));
    if (record !== undefined) return plannedTenant(record, environment);
  }
  return undefined;
}

function urnOf({ stack, project }: StackTarget): string {
  return `urn:pulumi:${stack}::${project}`;
}
