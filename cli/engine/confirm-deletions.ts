import { confirm } from "../output/confirm.ts";
import type { Session } from "../session.ts";
import type { ReadyStack } from "./ready-stack.ts";
import { stackName } from "./stack-target.ts";
import { runUpdate, updateFailed } from "./update.ts";
import { shortType } from "./urn.ts";

/** Looks at what an update would do, and lets it delete or replace resources only after a confirmation. */
export async function confirmDeletions(session: Session, ready: ReadyStack, yes: boolean): Promise<void> {
  if (yes) return;
  const name = stackName(ready.target);
  const phase = session.console.phase(`Preview of ${name}`);
  const outcome = await runUpdate(ready, "preview", phase);
  session.signal.throwIfAborted();
  if (outcome.error) {
    phase.failed();
    throw updateFailed(
      outcome,
      `The preview of ${name}`,
      "put right what is named above and run the same command again",
    );
  }
  phase.done(outcome.log.summary);
  const gone = outcome.log.changes.filter(({ operation }) => operation === "delete");
  if (gone.length === 0) return;
  for (const { type, name: resource } of gone) session.console.note(`  deletes ${shortType(type)} ${resource}`);
  await confirm(session.console, { consequence: `This deletes ${gone.length} resources of ${name}.`, word: name, yes });
}
