import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Deployment, type ExportedState, exportedState } from "../recovery/deployment.ts";
import type { ReadyStack } from "./ready-stack.ts";
import { pulumi } from "./supervised-command.ts";

/** The state as the engine exports it; secrets stay encrypted. */
export async function exportState(ready: ReadyStack): Promise<ExportedState> {
  const text = await pulumi(ready.supervision, ["stack", "export", "--stack", ready.target.stack], ready.workDir);
  return exportedState.parse(JSON.parse(text));
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
