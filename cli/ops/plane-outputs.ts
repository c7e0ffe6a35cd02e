import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { localPath } from "../../local/engine/home.ts";
import { writeWhole } from "../../local/engine/write-whole.ts";
import { localBackend } from "../engine/local-backend.ts";
import type { StackTarget } from "../engine/stack-target.ts";
import { readOutputs } from "../engine/state.ts";
import { resourceName } from "../engine/urn.ts";
import { openStackToLook } from "../engine/with-stack.ts";
import { readCheckpoint } from "../recovery/checkpoint.ts";
import type { Session } from "../session.ts";

/**
 * What core's stack exports about its plane. In `local` it is kept beside the state's passphrase, since asking the engine takes longer than
 * most of what the plane is asked; it is good for as long as the state says the same about where the plane is and who may sign in.
 */
export async function planeOutputs(session: Session, target: StackTarget): Promise<unknown> {
  const ask = async () => readOutputs(await openStackToLook(session, target));
  if (target.environment !== "local") return ask();
  const file = localPath("plane.json");
  const known = await keptIn(file);
  const state = markOf(target);
  if (known !== undefined && known.state === state) return known.outputs;
  const { core, operatorKey } = await ask();
  await writeWhole(file, JSON.stringify({ state, outputs: { core: planeOf(core), operatorKey } }), 0o600);
  return { core, operatorKey };
}

async function keptIn(file: string): Promise<{ state: string; outputs: unknown } | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** What is needed of core's outputs; the enrolment key in them is not kept. */
function planeOf(core: unknown): Record<string, unknown> {
  const { ops, accessAudience, zone } = (core ?? {}) as Record<string, unknown>;
  return { ops, accessAudience, zone };
}

function markOf(target: StackTarget): string {
  const checkpoint = readCheckpoint(localBackend(localPath(), target).checkpointFile);
  const resources = (checkpoint.state === "sound" ? checkpoint.deployment.resources : undefined) ?? [];
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const keys = resources.filter(({ urn }) => resourceName(urn) === "operators-seed").map(({ created }) => created);
  return createHash("sha256")
    .update(JSON.stringify([planeOf(stack?.outputs?.core), keys]))
    .digest("hex");
}
