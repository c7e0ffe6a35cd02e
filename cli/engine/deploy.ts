import { resolve } from "../../catalog/index.ts";
import { neonLimits, neonProject, requireRoom } from "../cloud/neon-limits.ts";
import { noteDeployment } from "../ops/deployments/deployment-outbox.ts";
import { remediationsOnly } from "../policies/pack-options.ts";
import { adoptRefused, removeUnnoticedDoubles, settleInterrupted } from "../recovery/recover.ts";
import { programVersion } from "../review/provenance.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import type { ExclusiveRun } from "./exclusively.ts";
import type { ReadyStack } from "./ready-stack.ts";
import { contractTarget, type StackTarget, stackName } from "./stack-target.ts";
import { exportState } from "./state.ts";
import { runUpdate, type UpdateOutcome, updateFailed } from "./update.ts";
import type { UpdateLog } from "./update-log.ts";

/** An attempt that was refused because things exist already, or whose cloud ended, is followed by another one. */
const attempts = 4;

const goesOn = "put right what is named above and run the same command again; it goes on from here";

/**
 * Brings the stack to what the program says: settles what was interrupted, updates, takes over what exists although its creation was
 * refused, removes what was made twice, and asks the rules about the result. Returns what each attempt did.
 * @throws UserError with everything that failed, or that the rules find.
 */
export async function deploy(
  session: Session,
  ready: ReadyStack,
  run: ExclusiveRun,
  title: string,
): Promise<UpdateLog[]> {
  const logs: UpdateLog[] = [];
  const version = programVersion();
  let outcome: "done" | "failed" = "failed";
  try {
    await bringToGoal(session, ready, run, title, logs);
    outcome = "done";
    return logs;
  } finally {
    const { startedAt, command } = run;
    await noteDeployment(ready.target, { command, startedAt, outcome, logs, version: await version }).catch(
      (error: unknown) =>
        session.console.warn(`What was deployed cannot be noted for the operations plane: ${String(error)}`),
    );
  }
}

async function bringToGoal(
  session: Session,
  ready: ReadyStack,
  run: ExclusiveRun,
  title: string,
  logs: UpdateLog[],
): Promise<void> {
  run.begin();
  await settleInterrupted(session, ready, { since: run.previous, force: run.interrupted || run.restored });
  await requireNeonRoom(session, ready);
  // Loaded while the engine is at work, as is what reports it.
  const rules = import("../policies/settle-release.ts");
  for (const loading of [rules, import("../ops/plane-client.ts")]) loading.catch(() => undefined);
  let outcome: UpdateOutcome;
  for (let attempt = 1; ; attempt++) {
    const phase = session.console.phase(title);
    const restarts = ready.cloudRestarts?.();
    outcome = await runUpdate(ready, "up", phase, ready.ownsCloud ? undefined : remediationsOnly);
    logs.push(outcome.log);
    if (outcome.error) phase.failed(outcome.log.summary);
    else phase.done(outcome.log.summary || "no changes");
    if (!outcome.error || wasKilled(outcome) || session.signal.aborted || attempt === attempts) break;
    const takenOver = await adopted(session, ready, outcome, run);
    if (takenOver === 0 && ready.cloudRestarts?.() === restarts) break;
  }
  if (!wasKilled(outcome)) {
    const created = logs.flatMap((log) => log.created);
    await removeUnnoticedDoubles(session, ready, created, run.startedAt);
    run.finish();
  }
  session.signal.throwIfAborted();
  if (outcome.error) throw updateFailed(outcome, stackName(ready.target), goesOn);
  await (await rules).settleRelease(session, ready);
}

/** @throws UserError before anything is made, when the databases that are yet to be made are more than Neon allows. */
async function requireNeonRoom(session: Session, ready: ReadyStack): Promise<void> {
  const declared = databasesOf(ready.target);
  if (declared === 0 || ready.clouds === undefined) return;
  const { deployment } = await exportState(ready);
  const made = (deployment.resources ?? []).filter(({ type }) => type === neonProject).length;
  if (declared <= made) return;
  const newProjects = declared - made;
  requireRoom(await neonLimits(await ready.clouds(), { newProjects, signal: session.signal }));
}

/** How many databases a stack's services have. A tenant's one has its place since the tenant was recorded: counting would take longer with each. */
function databasesOf({ environment, family, project, tenant }: StackTarget): number {
  if (tenant !== undefined || project === contractTarget({ family, environment }).project) {
    return 0;
  }
  return resolve(environment, family).services.flatMap(({ databases }) => databases).length;
}

/** When it cannot be told what exists, what the update itself said is what counts. */
async function adopted(
  session: Session,
  ready: ReadyStack,
  { log }: UpdateOutcome,
  run: ExclusiveRun,
): Promise<number> {
  try {
    return await adoptRefused(session, ready, log.failures, run.startedAt);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    session.console.warn(error.message);
    return 0;
  }
}

/** An engine that was killed has written nothing down about what it was doing. */
function wasKilled({ error }: UpdateOutcome): boolean {
  return error?.signal !== undefined;
}
