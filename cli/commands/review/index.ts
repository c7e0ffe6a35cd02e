import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { chittyopsHome, localPath } from "../../../local/engine/home.ts";
import { packs, ruleIds } from "../../../policies/all/packs.ts";
import type { Review } from "../../../policies/evidence/review.ts";
import { verdictOf } from "../../../policies/evidence/verdict.ts";
import { writeEvidence } from "../../../policies/evidence/write-evidence.ts";
import { checkState } from "../../../policies/kit/check-state.ts";
import type { Verdict } from "../../../policies/kit/judge.ts";
import { loadWaivers } from "../../../policies/kit/load-waivers.ts";
import { defineCommand } from "../../command.ts";
import { localBackend } from "../../engine/local-backend.ts";
import { openOfflineStack } from "../../engine/offline-stack.ts";
import type { StackInput } from "../../engine/open-local-stack.ts";
import { type StackTarget, stackName, stackTarget } from "../../engine/stack-target.ts";
import { exportState } from "../../engine/state.ts";
import { openStackToLook } from "../../engine/with-stack.ts";
import { exitCode } from "../../exit-code.ts";
import { environmentOption, familyArgument, stringOption } from "../../options.ts";
import { planStack } from "../../policies/plan-stack.ts";
import { showVerdict, verdictSummary } from "../../policies/show-verdict.ts";
import { today } from "../../policies/today.ts";
import { readCheckpoint } from "../../recovery/checkpoint.ts";
import { type ExportedState, exportedState } from "../../recovery/deployment.ts";
import { makeReview } from "../../review/make-review.ts";
import { previousReview } from "../../review/previous-review.ts";
import { reviewConfiguration } from "../../review/provenance.ts";
import { commandSigner, localSigner } from "../../review/signing-key.ts";
import type { Session } from "../../session.ts";
import { knownTenants } from "../../tenants/known-tenants.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { plannedTenant } from "../../tenants/tenant-stack.ts";
import { UserError } from "../../user-error.ts";
import { verifyCommand } from "./verify.ts";

/** `chittyops review [family] [-e env]`, and `review verify <folder>`. */
export function reviewCommand(): Command {
  const command = defineCommand({
    name: "review",
    summary: "Ask every rule about a stack, and write signed evidence of what they said",
    description:
      "Plans the stack as it would be, without credentials, asks every rule about every resource, and writes a folder of evidence: a page for people, SARIF and OSCAL for tools, the records, and a signed manifest. Exit code 1 when the stack is not compliant.",
    examples: [
      ["npx chittyops review -e prod", "what prod would be, as the program says it now"],
      ["npx chittyops review -e prod --state", "what prod is, as its state says"],
      ["npx chittyops review -e prod --state prod.json", "the same of a file that `pulumi stack export` wrote"],
      ["npx chittyops review digital-dossier --tenant acme -e prod", "the stack of a tenant"],
    ],
    configure: (command) =>
      environmentOption(familyArgument(command))
        .option("--tenant <id>", "the stack of this tenant of digital-dossier instead of the family's own")
        .option("--state [file]", "review what was made instead of a plan: the stack's state, or an exported one")
        .option("--out <folder>", "where the folder of this review is made; by default .chittyops/reviews"),
    async action(session, options, [family]) {
      const reviewed = reviewedStack(family, options);
      const { target } = reviewed;
      const subject = options.state === undefined ? "plan" : "state";
      const { digest, signer: configured } = reviewConfiguration(target, reviewed.values);
      const home = chittyopsHome();
      const signer = configured === undefined ? localSigner(home) : commandSigner(configured, target.workDir);
      const verdict =
        subject === "plan"
          ? await planned(session, reviewed)
          : await made(session, target, stringOption(options, "state"));
      const folder = resolve(stringOption(options, "out") ?? join(home, "reviews"));
      const previous = previousReview(folder, target, signer);
      const review: Review = {
        ...(await makeReview({ target, subject, verdict, configDigest: digest, now: new Date() })),
        ...("reference" in previous && { previous: previous.reference }),
        ...("refused" in previous && { previousRefused: previous.refused }),
      };
      const written = join(folder, review.id);
      await writeEvidence(written, review, "review" in previous ? previous.review : undefined, signer);
      const { compliant, sentence } = verdictOf(review);
      const result = { ...verdictSummary(verdict), compliant, sentence, folder: written, key: signer.keyId };
      session.console.result(result, () =>
        [showVerdict(verdict), sentence, `Evidence: ${join(written, "report.html")}`].join("\n"),
      );
      return compliant ? exitCode.ok : exitCode.failed;
    },
  });
  return command.addCommand(verifyCommand());
}

type ReviewedStack = StackInput & { target: StackTarget };

/** @throws UserError for a stack that there is not */
function reviewedStack(family: string | undefined, options: Readonly<Record<string, unknown>>): ReviewedStack {
  const id = stringOption(options, "tenant");
  const target = stackTarget(family, stringOption(options, "env"));
  if (id === undefined) return { target };
  if (target.family !== "digital-dossier") {
    throw new UserError(`${target.family} has no tenants.`, {
      expected: "the family whose tenant is meant: digital-dossier",
      remedy: `npx chittyops review digital-dossier --tenant ${id} -e ${target.environment}`,
      exitCode: exitCode.usage,
    });
  }
  return plannedTenant(new TenantRecords(target.environment).existing(id), target.environment);
}

async function planned(session: Session, { target, ...input }: ReviewedStack): Promise<Verdict> {
  await using offline = await openOfflineStack(session, target, input);
  return (await planStack(session, offline.ready)).verdict;
}

/** @param file an exported state; without it the stack's own is read. */
async function made(session: Session, target: StackTarget, file: string | undefined): Promise<Verdict> {
  const state = file === undefined ? await stateOf(session, target) : exportedFile(file, target);
  const { environment } = target;
  return checkState(state, environment, packs, loadWaivers(ruleIds, today()), knownTenants(environment));
}

async function stateOf(session: Session, target: StackTarget): Promise<unknown> {
  if (target.environment !== "local") return exportState(await openStackToLook(session, target));
  // A file of ours, which is read without engine and cloud.
  const checkpoint = readCheckpoint(localBackend(localPath(), target).checkpointFile);
  if (checkpoint.state === "sound") return checkpoint.deployment;
  throw new UserError(`${stackName(target)} has no state that can be reviewed.`, {
    remedy: "npm start, or review the plan: leave --state out",
  });
}

/** @throws UserError for a file that holds no state, or that of another stack. */
function exportedFile(file: string, { project, stack }: StackTarget): ExportedState {
  const refused = (why: string, cause?: unknown) =>
    new UserError(`${file} cannot be reviewed: ${why}.`, {
      expected: `what \`pulumi stack export\` writes for ${project}/${stack}`,
      exitCode: exitCode.usage,
      cause,
    });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error), error);
  }
  const state = exportedState.safeParse(content);
  if (!state.success) throw refused("it is no exported state", state.error);
  const other = state.data.deployment.resources?.find(
    ({ urn }) => !urn.startsWith(`urn:pulumi:${stack}::${project}::`),
  );
  if (other !== undefined) throw refused(`it is of another stack: ${other.urn}`);
  return state.data;
}
