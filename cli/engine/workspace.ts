import { LocalWorkspace, type PulumiCommand, Stack } from "@pulumi/pulumi/automation/index.js";
import type { StackTarget } from "./stack-target.ts";

/**
 * The stack in the Automation API; it has to exist. No more engine runs than needed: the stack is named in every command, so nothing has
 * to be selected; and outputs are read by those who want them, not after every update (each reading is two more processes).
 */
export async function openStack(target: StackTarget, command: PulumiCommand, version: string): Promise<Stack> {
  const workspace = await LocalWorkspace.create({ workDir: target.workDir, pulumiCommand: command });
  workspace.selectStack = async () => undefined;
  workspace.stackOutputs = async () => ({});
  Object.defineProperty(workspace, "pulumiVersion", { value: version });
  return Stack.select(target.stack, workspace);
}
