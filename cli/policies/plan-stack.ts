import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packs } from "../../policies/all/packs.ts";
import type { Verdict } from "../../policies/kit/judge.ts";
import { readVerdict, verdictVariable } from "../../policies/kit/verdict-file.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName } from "../engine/stack-target.ts";
import { runUpdate, updateFailed } from "../engine/update.ts";
import type { UpdateLog } from "../engine/update-log.ts";
import type { Session } from "../session.ts";
import { knownTenants } from "../tenants/known-tenants.ts";
import { everyRule, ruleConfiguration } from "./pack-options.ts";

/** What an update would do, and what the rules say of it. */
export interface Plan {
  log: UpdateLog;
  verdict: Verdict;
}

/**
 * Has the engine plan an update and ask every rule about it, with what is not known yet. A plan that the rules refuse is a result, not an error.
 * @throws UserError when there is no plan.
 */
export async function planStack(session: Session, ready: ReadyStack): Promise<Plan> {
  const name = stackName(ready.target);
  const folder = mkdtempSync(join(tmpdir(), "chittyops-verdict-"));
  try {
    const file = join(folder, "verdict.json");
    ready.automation.workspace.envVars[verdictVariable] = file;
    const configuration = join(folder, "rules.json");
    writeFileSync(configuration, ruleConfiguration(knownTenants(ready.target.environment)));
    const phase = session.console.phase(`Preview of ${name}`);
    const outcome = await runUpdate(ready, "preview", phase, everyRule(configuration));
    session.signal.throwIfAborted();
    // The rules are asked once the plan stands; the engine then calls a plan that they refuse failed.
    const verdict = existsSync(file) ? readVerdict(file, packs) : undefined;
    if (outcome.error && verdict?.compliant !== false) {
      phase.failed();
      const remedy = "put right what is named above and run the same command again";
      throw updateFailed(outcome, `The preview of ${name}`, remedy);
    }
    if (verdict === undefined) throw new Error(`the engine planned ${name} and asked no rule about it`);
    phase.done(outcome.log.summary);
    return { log: outcome.log, verdict };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
