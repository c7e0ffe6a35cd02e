import { fileURLToPath } from "node:url";
import { localPath } from "../../local/engine/home.ts";
import { keepEmbeddedCloud } from "../cloud/keep-embedded.ts";
import { runMarker } from "../recovery/run-record.ts";
import type { Session } from "../session.ts";
import { type ExclusiveRun, exclusively, requireSoundCheckpoint } from "./exclusively.ts";
import { localBackend } from "./local-backend.ts";
import { type LocalGround, openLocalStack, type StackInput } from "./open-local-stack.ts";
import { openRemoteStack } from "./open-remote-stack.ts";
import type { ReadyStack } from "./ready-stack.ts";
import type { StackTarget } from "./stack-target.ts";

export interface WithStackOptions extends StackInput {
  command: string;
  target: StackTarget;
  yes: boolean;
  /** Of a command that works on several stacks of `local`, so that it is laid once. */
  ground?: LocalGround | undefined;
}

/** Opens a stack to change it, as the only command that does. */
export async function withStack<Result>(
  session: Session,
  options: WithStackOptions,
  work: (ready: ReadyStack, run: ExclusiveRun) => Promise<Result>,
): Promise<Result> {
  const { target, values = {}, ground } = options;
  const backend = target.environment === "local" ? localBackend(localPath(), target) : undefined;
  const stateDirectory = backend?.stateDirectory ?? folderOf(process.env.PULUMI_BACKEND_URL);
  return exclusively(session, { ...options, backend, stateDirectory }, async (run) => {
    const input = { values, environment: { ...options.environment, [runMarker]: run.id } };
    if (!backend) return work(await openRemoteStack(session, target, input), run);
    const ready = await openLocalStack(session, target, input, ground);
    using kept = keepEmbeddedCloud(session, ready.embedded.daemon);
    return await work({ ...ready, cloudRestarts: kept.restarts }, run);
  });
}

/** Opens a stack to look at it. */
export async function openStackToLook(
  session: Session,
  target: StackTarget,
  input: StackInput = {},
  ground?: LocalGround,
): Promise<ReadyStack> {
  if (target.environment !== "local") return openRemoteStack(session, target, input);
  requireSoundCheckpoint(localBackend(localPath(), target));
  return openLocalStack(session, target, input, ground);
}

/** The folder of a file backend's URL, e.g. `file:///srv/state`. */
function folderOf(backendUrl: string | undefined): string | undefined {
  return backendUrl?.startsWith("file://") ? fileURLToPath(new URL(backendUrl).href) : undefined;
}
