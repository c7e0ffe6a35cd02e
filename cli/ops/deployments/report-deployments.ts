import { localPath } from "../../../local/engine/home.ts";
import { localBackend } from "../../engine/local-backend.ts";
import { type StackTarget, stackTarget } from "../../engine/stack-target.ts";
import { readCheckpoint } from "../../recovery/checkpoint.ts";
import type { Session } from "../../session.ts";
import { reportsWait, sendDeployments } from "./deployment-outbox.ts";

/**
 * Tells the operations plane what was deployed. It never fails what was done, nor hides why that failed: what the plane did not take waits
 * for the next time.
 */
export async function reportDeployments(session: Session, environment: StackTarget["environment"]): Promise<void> {
  if (session.signal.aborted || !hasPlane(environment) || !(await reportsWait(environment))) return;
  let problem: string | undefined;
  try {
    const { planeOf } = await import("../plane-client.ts");
    problem = await sendDeployments(await planeOf(session, environment), environment);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  if (problem !== undefined) session.console.warn(`What was deployed is reported by the next run: ${problem}`);
}

/** Whether there is somebody to tell. In `local` the state says so at once; elsewhere it is asked for. */
function hasPlane(environment: StackTarget["environment"]): boolean {
  if (environment !== "local") return true;
  const checkpoint = readCheckpoint(localBackend(localPath(), stackTarget()).checkpointFile);
  const resources = (checkpoint.state === "sound" ? checkpoint.deployment.resources : undefined) ?? [];
  return resources.some(({ type }) => type === "chittyops:index:OpsPlane");
}
