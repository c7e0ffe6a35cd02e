import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type Supervision, supervisedCommand } from "./supervised-command.ts";

/** The Automation API, which takes longer to load than all of the command line: loaded while something else is waited for. */
export const automationApi = () => import("@pulumi/pulumi/automation/index.js");

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
  const { LocalWorkspace, PulumiCommand, Stack } = await automationApi();
  const workspace = await LocalWorkspace.create({
    workDir,
    pulumiCommand: supervisedCommand(PulumiCommand, supervision),
  });
  workspace.selectStack = async () => undefined;
  workspace.stackOutputs = async () => ({});
  Object.defineProperty(workspace, "pulumiVersion", { value: version });
  const stack = await Stack.select(name, workspace);
  stack.info = async () => undefined;
  return stack;
}
