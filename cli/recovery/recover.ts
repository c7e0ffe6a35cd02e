import { ProviderError } from "../../providers/kit/errors.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { editState, exportState } from "../engine/state.ts";
import { runUpdate, updateFailed } from "../engine/update.ts";
import type { Created, Failure } from "../engine/update-log.ts";
import { shortType } from "../engine/urn.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { adopt, type Deployment, type StateResource } from "./deployment.ts";
import { isKnownType, judge, type Ownership, type Verdict } from "./interrupted-creates.ts";
import { createdByPost } from "./natural-names.ts";

/**
 * Settles what a run that did not end well left open: each interrupted creation is looked up in the cloud and taken into the state or
 * forgotten, then everything is read from the cloud once, which settles interrupted updates and deletions as well.
 * `since` is the start of that run. Does nothing when the state has nothing open and `force` is not set.
 */
export async function settleInterrupted(
  session: Session,
  ready: ReadyStack,
  { since, force }: { since: number; force: boolean },
): Promise<void> {
  const { deployment } = await exportState(ready);
  const pending = deployment.pending_operations ?? [];
  if (pending.length === 0 && !force) return;
  const creations = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  requireKnownTypes(creations);
  const phase = session.console.phase("Settling what was interrupted");
  const verdicts = await judgeAll(ready, deployment, creations, { everything: ready.ownsCloud, since });
  await removeDoubles(session, ready, verdicts);
  await editState(ready, (state) => ({ ...takeIn(state, verdicts), pending_operations: [] }));
  for (const verdict of verdicts) tell(session, verdict);
  const outcome = await runUpdate(ready, "refresh", phase);
  if (outcome.error) {
    phase.failed();
    throw updateFailed(outcome, "Reading the cloud", "put right what is named above and run the same command again");
  }
  phase.done(`${pending.length} open ${pending.length === 1 ? "operation" : "operations"}`);
}

/**
 * Takes over what exists although its creation failed: the first answer got lost, and the request that was sent again was refused.
 * Returns how many were taken over; the caller runs the update again when there were any.
 */
export async function adoptRefused(
  session: Session,
  ready: ReadyStack,
  failures: readonly Failure[],
  since: number,
): Promise<number> {
  const candidates = failures.filter(
    ({ type, operation, wanted }) => operation.startsWith("create") && wanted && createdByPost[type],
  );
  if (candidates.length === 0) return 0;
  const { deployment } = await exportState(ready);
  const resources = candidates.flatMap(({ urn, type, wanted }) =>
    wanted ? [{ urn, type, custom: true, ...wanted }] : [],
  );
  const verdicts = await judgeAll(ready, deployment, resources, { everything: ready.ownsCloud, since });
  const settled = verdicts.filter(({ kind }) => kind === "adopt" || kind === "remake");
  if (settled.length === 0) return 0;
  await removeDoubles(session, ready, verdicts);
  await editState(ready, (state) => takeIn(state, verdicts));
  for (const verdict of settled) tell(session, verdict);
  await refreshAdopted(session, ready);
  return settled.length;
}

/**
 * Removes what was made twice without anybody being told: a request whose answer got lost was sent again, of a kind of which the cloud
 * takes any number under one name. Looks only at what this run created.
 */
export async function removeUnnoticedDoubles(
  session: Session,
  ready: ReadyStack,
  created: readonly Created[],
  since: number,
): Promise<void> {
  const suspects = created.filter(({ type }) => createdByPost[type]?.unique === false);
  if (suspects.length === 0) return;
  const { deployment } = await exportState(ready);
  const resources = suspects.map(({ urn, type, inputs }) => ({ urn, type, custom: true, inputs }));
  for (const verdict of await judgeAll(ready, deployment, resources, { everything: ready.ownsCloud, since })) {
    if (verdict.kind !== "adopt" && verdict.kind !== "remake") continue;
    const doubles = verdict.kind === "adopt" ? [verdict.found, ...verdict.doubles] : verdict.found;
    for (const { id } of doubles) await remove(session, ready, verdict, id);
  }
}

async function judgeAll(
  ready: ReadyStack,
  state: Deployment,
  resources: readonly StateResource[],
  ownership: Ownership,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const resource of resources) {
    if (createdByPost[resource.type] && !ready.clouds) throw noToken(resource);
    if (ready.clouds)
      verdicts.push(await judge(await ready.clouds(), state, resource, ownership).catch(lookupFailed(resource)));
    else verdicts.push({ kind: "forget", resource, label: resource.urn });
  }
  const foreign = verdicts.filter((verdict) => verdict.kind === "foreign");
  if (foreign.length > 0) throw notOurs(foreign);
  return verdicts;
}

function takeIn(state: Deployment, verdicts: readonly Verdict[]): Deployment {
  return verdicts.reduce(
    (taken, verdict) => (verdict.kind === "adopt" ? adopt(taken, verdict.resource, verdict.found) : taken),
    state,
  );
}

async function removeDoubles(session: Session, ready: ReadyStack, verdicts: readonly Verdict[]): Promise<void> {
  for (const verdict of verdicts) {
    if (verdict.kind === "adopt") for (const { id } of verdict.doubles) await remove(session, ready, verdict, id);
    if (verdict.kind === "remake") for (const { id } of verdict.found) await remove(session, ready, verdict, id);
  }
}

async function remove(
  session: Session,
  ready: ReadyStack,
  verdict: Verdict & { kind: "adopt" | "remake" },
  id: string,
): Promise<void> {
  if (!ready.clouds || !verdict.rule.remove) return;
  await verdict.rule.remove(await ready.clouds(), verdict.resource.inputs ?? {}, id);
  session.console.note(`Removed a double that an interrupted run made: ${verdict.label} (${id}).`);
}

function tell(session: Session, verdict: Verdict): void {
  if (verdict.kind === "adopt") {
    session.console.note(
      `Taken over, since it was made before the answer got lost: ${verdict.label} (${verdict.found.id}).`,
    );
  }
}

async function refreshAdopted(session: Session, ready: ReadyStack): Promise<void> {
  const phase = session.console.phase("Reading what was taken over");
  const outcome = await runUpdate(ready, "refresh", phase);
  if (outcome.error) {
    phase.failed();
    throw updateFailed(outcome, "Reading the cloud", "put right what is named above and run the same command again");
  }
  phase.done();
}

function requireKnownTypes(resources: readonly StateResource[]): void {
  const unknown = resources.filter(({ type }) => !isKnownType(type));
  if (unknown.length === 0) return;
  throw new UserError("An interrupted run may have created things that cannot be looked up by name.", {
    details: unknown.map(({ urn, type }) => `${shortType(type)}: ${urn}`),
    remedy:
      "see in the cloud whether they exist; then `pulumi refresh --import-pending-creates <urn> <id>` or `pulumi refresh --clear-pending-creates`",
  });
}

function noToken(resource: StateResource): UserError {
  return new UserError(`An interrupted run may have created ${resource.urn}; there are no credentials to look.`, {
    expected: "CLOUDFLARE_API_TOKEN and NEON_API_KEY in the environment",
    remedy: "set it and run the same command again",
  });
}

function lookupFailed(resource: StateResource): (error: unknown) => never {
  return (error) => {
    // The SDKs' errors have a status, undefined where no answer came.
    if (!(error instanceof ProviderError) && !(error instanceof Error && "status" in error)) throw error;
    throw new UserError(`Whether ${resource.urn} exists in the cloud cannot be told: ${error.message}`, {
      remedy: "run the same command again when the cloud answers",
      cause: error,
    });
  };
}

function notOurs(foreign: readonly (Verdict & { kind: "foreign" })[]): UserError {
  return new UserError("The cloud has things of these names already, and nothing says that this program made them.", {
    details: foreign.map(({ label, found, resource }) => `${label} (${found.id}), wanted as ${resource.urn}`),
    remedy: "take each over with `pulumi import`, or rename or delete it",
  });
}
