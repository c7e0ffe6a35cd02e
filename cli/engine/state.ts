import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "../recovery/checkpoint.ts";
import { type Deployment, type ExportedState, exportedState } from "../recovery/deployment.ts";
import type { ReadyStack } from "./ready-stack.ts";
import { pulumi } from "./supervised-command.ts";

/** The state; secrets stay encrypted. Where it is a file of ours, that is read without the engine. */
export async function exportState(ready: ReadyStack): Promise<ExportedState> {
  if (ready.backend) {
    const checkpoint = readCheckpoint(ready.backend.checkpointFile);
    if (checkpoint.state === "sound") return { version: 3, deployment: checkpoint.deployment };
  }
  const args = ["stack", "export", "--stack", ready.target.stack];
  return exportedState.parse(JSON.parse(await pulumi(ready.supervision, args, ready.workDir)));
}

/** What the stack exports, secrets in plain: whoever reads them teaches the console's redactor. */
export async function readOutputs({ target, supervision, workDir }: ReadyStack): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--show-secrets", "--json", "--stack", target.stack];
  return JSON.parse(await pulumi(supervision, args, workDir));
}

/** Replaces the state. Pending operations do not survive this: the engine drops them. */
export async function importState(ready: ReadyStack, state: ExportedState): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "chittyops-state-"));
  const file = join(folder, "state.json");
  try {
    writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    await pulumi(ready.supervision, ["stack", "import", "--stack", ready.target.stack, "--file", file], ready.workDir);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Changes the state by `edit`, which gets the current one. */
export async function editState(ready: ReadyStack, edit: (state: Deployment) => Deployment): Promise<void> {
  const state = await exportState(ready);
  await importState(ready, { ...state, deployment: edit(state.deployment) });
}
