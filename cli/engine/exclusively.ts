import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { chittyopsHome } from "../../local/engine/home.ts";
import { readBackendLocks, removeBackendLock } from "../locks/backend-lock.ts";
import { clearBackendLocks } from "../locks/clear-backend-locks.ts";
import { acquireCommandLock } from "../locks/command-lock.ts";
import { duration } from "../output/duration.ts";
import { keepCopy, readCheckpoint, repairCheckpoint } from "../recovery/checkpoint.ts";
import { endProcessesOfRun } from "../recovery/leftovers.ts";
import { type RunRecord, readRunRecord, writeRunRecord } from "../recovery/run-record.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import type { LocalBackend } from "./local-backend.ts";
import { runFile, type StackTarget, stackName } from "./stack-target.ts";

/** How long an engine that outlived its command line may go on with the operations in progress, in milliseconds. */
const patienceWithLeftovers = 60_000;

export interface ExclusiveRun {
  /** Value of the mark in the environment of every process of this run. */
  id: string;
  /** What was asked for, e.g. `up`. */
  command: string;
  /** The run before this one did not end by itself. */
  interrupted: boolean;
  /** Start of the run before this one (of this one, if it is the first), in milliseconds since the epoch: what is open was made since. */
  previous: number;
  /** Start of this run, or of the interrupted one that it goes on with. */
  startedAt: number;
  /** The state is not what the engine wrote last. */
  restored: boolean;
  /** Says that from now on things are changed: should this run end without `finish`, the next one has to settle what it left. */
  begin(): void;
  /** Says that nothing was left open. Not called when the engine was killed. */
  finish(): void;
}

export interface ExclusiveOptions {
  command: string;
  target: StackTarget;
  /** Present where the state is a file of ours. */
  backend: LocalBackend | undefined;
  /** Folder of the file backend, whosever it is; absent where the state is kept elsewhere. */
  stateDirectory: string | undefined;
  yes: boolean;
}

/** Where copies of states are kept. */
export const copiesFolder = () => join(chittyopsHome(), "state-copies");

/**
 * Does `work` as the only command at work on the stack: waits for another one of ours, ends what an interrupted one left running, removes
 * its lock, and puts a sound copy in the place of a damaged state.
 */
export async function exclusively<Result>(
  session: Session,
  options: ExclusiveOptions,
  work: (run: ExclusiveRun) => Promise<Result>,
): Promise<Result> {
  const { target, command } = options;
  using _lock = await acquireCommandLock({
    file: runFile(target, ".lock"),
    command,
    signal: session.signal,
    onWait: (owner) =>
      session.console.note(
        owner
          ? `${stackName(target)} is being worked on by \`chittyops ${owner.command}\` (pid ${owner.pid}, since ${duration(Date.now() - owner.since)}). Waiting for it to end.`
          : `${stackName(target)} is being worked on by another command. Waiting for it to end.`,
      ),
  });
  const recordFile = runFile(target, ".run.json");
  const before = readRunRecord(recordFile);
  const interrupted = before?.state === "running";
  if (interrupted) {
    const age = duration(Date.now() - before.startedAt);
    session.console.note(`\`chittyops ${before.command}\`, started ${age} ago, was interrupted; going on from there.`);
    await endProcessesOfRun(before.id, patienceWithLeftovers);
  }
  await freeOfLocks(session, { ...options, yes: options.yes || interrupted });
  const restored = options.backend ? soundBackend(session, target, options.backend) : false;
  // Several interrupted runs in a row count as one: what the first left open may still be open.
  const startedAt = interrupted ? before.startedAt : Date.now();
  const record: RunRecord = { id: randomUUID(), command, startedAt, state: "running" };
  writeRunRecord(recordFile, record);
  let open = interrupted || restored;
  try {
    // Awaited here: the lock is held until the work is done.
    return await work({
      id: record.id,
      command,
      interrupted,
      previous: before?.startedAt ?? startedAt,
      startedAt,
      restored,
      begin: () => {
        open = true;
      },
      finish: () => {
        open = false;
      },
    });
  } finally {
    removeOwnLocks(options, startedAt);
    if (!open) writeRunRecord(recordFile, { ...record, state: "finished" });
  }
}

async function freeOfLocks(session: Session, options: ExclusiveOptions): Promise<void> {
  const { stateDirectory, target, yes } = options;
  if (stateDirectory === undefined) return;
  const { project, stack } = target;
  await clearBackendLocks(session.console, { stateDirectory, project, stack, yes });
}

/** An engine of this run that was killed has left its lock. Nobody else worked on the stack since the run began. */
function removeOwnLocks({ stateDirectory, target }: ExclusiveOptions, since: number): void {
  if (stateDirectory === undefined) return;
  for (const lock of readBackendLocks(stateDirectory, target.project, target.stack)) {
    if (lock.state === "dead" && lock.since >= since) removeBackendLock(lock);
  }
}

/** Whether an older copy had to take the place of the state. */
function soundBackend(session: Session, target: StackTarget, backend: LocalBackend): boolean {
  const repair = repairCheckpoint(backend.checkpointFile, copiesFolder());
  if (!repair) return false;
  if (!repair.restored) throw corruptState(backend, repair.reason, repair.kept);
  session.console.warn(
    `The state of ${stackName(target)} was damaged (${repair.reason}); a copy is kept at ${repair.kept}. ` +
      `Going on from the engine's own copy of ${new Date(repair.restored.modified).toISOString()}.`,
  );
  return true;
}

/** The state cannot be read and there is no copy that can. */
function corruptState(backend: LocalBackend, reason: string, kept: string): UserError {
  return new UserError(`The state ${backend.checkpointFile} is damaged: ${reason}.`, {
    details: [`A copy is kept at ${kept}; there is no sound older copy.`],
    expected: "a checkpoint as the engine writes it",
    remedy: "restore a backup (npx chittyops state restore <file>), or start over: npx chittyops local reset",
  });
}

/** @throws UserError when the state cannot be read; for commands that only look. */
export function requireSoundCheckpoint(backend: LocalBackend): void {
  const checkpoint = readCheckpoint(backend.checkpointFile);
  if (checkpoint.state !== "corrupt") return;
  throw corruptState(backend, checkpoint.reason, keepCopy(backend.checkpointFile, copiesFolder()));
}
