import { localPath } from "../../local/engine/home.ts";
import { readCheckpoint } from "../recovery/checkpoint.ts";
import type { Deployment } from "../recovery/deployment.ts";
import type { Session } from "../session.ts";
import { localBackend } from "./local-backend.ts";
import type { LocalGround } from "./open-local-stack.ts";
import type { StackTarget } from "./stack-target.ts";
import { exportState } from "./state.ts";
import { openStackToLook } from "./with-stack.ts";

/** What a stack's state holds; where it is a file of ours, that is read without the engine. Empty where there is none. */
export async function readDeployment(session: Session, target: StackTarget, ground?: LocalGround): Promise<Deployment> {
  if (target.environment !== "local") {
    return (await exportState(await openStackToLook(session, target, {}, ground))).deployment;
  }
  const checkpoint = readCheckpoint(localBackend(localPath(), target).checkpointFile);
  return checkpoint.state === "sound" ? checkpoint.deployment : {};
}
