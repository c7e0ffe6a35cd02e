import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName } from "../engine/stack-target.ts";
import { shortType } from "../engine/urn.ts";
import { confirm } from "../output/confirm.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { planStack } from "./plan-stack.ts";
import { refusal, showVerdict, verdictSummary } from "./show-verdict.ts";

/**
 * Looks at what an update would do, before it is done: rules stop it here or not at all, and it may delete or replace resources only after a
 * confirmation.
 * @param ask whether somebody can be asked now; where several stacks are at work at a time, nobody can.
 * @throws UserError for a plan that is refused, or not confirmed
 */
export async function approvePlan(session: Session, ready: ReadyStack, yes: boolean, ask = true): Promise<void> {
  const name = stackName(ready.target);
  const { log, verdict } = await planStack(session, ready);
  if (!verdict.compliant) throw refusal(verdict, "plan", `The plan of ${name}`);
  if (verdictSummary(verdict).findings.length > 0) session.console.note(showVerdict(verdict));
  const gone = log.changes.filter(({ operation, type }) => operation === "delete" && !isCheck(type));
  if (yes || gone.length === 0) return;
  const named = gone.map(({ type, name: resource }) => `deletes ${shortType(type)} ${resource}`);
  if (!ask) {
    throw new UserError(`The plan of ${name} deletes ${gone.length} resources.`, {
      details: named,
      expected: "a confirmation, which is not asked for while others are at work",
      remedy: "look at it with chittyops tenant preview, then run the same command again with --yes",
    });
  }
  for (const line of named) session.console.note(`  ${line}`);
  await confirm(session.console, { consequence: `This deletes ${gone.length} resources of ${name}.`, word: name, yes });
}

/** A health gate is made anew with each release, and nothing is lost with the old one. */
function isCheck(type: string): boolean {
  return shortType(type) === "Command";
}
