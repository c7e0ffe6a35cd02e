import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import { type Supervision, supervisedCommand } from "./supervised-command.ts";

/**
 * The stack in the Automation API; it has to exist. No more engine runs than needed: the stack is named in every command, so nothing has
 * to be selected; and outputs and history are read by those who want them, not after every update (that is three more processes).
 */
export async function openStack(
  name: string,
  workDir: string,
  supervision: Supervision,
  version: string,
): Promise<Stack> {
  const workspace = await LocalWorkspace.create({ workDir, pulumiCommand: supervisedCommand(supervision) });
  workspace.selectStack = async () => undefined;
  workspace.stackOutputs = async () => ({});
  Object.defineProperty(workspace, "pulumiVersion", { value: version });
  const stack = await Stack.select(name, workspace);
  stack.info = async () => undefined;
  return stack;
}
