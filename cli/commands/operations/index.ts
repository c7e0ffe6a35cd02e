import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { cancelCommand } from "./cancel.ts";
import { listCommand } from "./list.ts";
import { startCommand } from "./start.ts";

export function operationsCommand(): Command {
  return defineGroup("operations", "Deployments across services under maintenance, undone when they go wrong", [
    startCommand(),
    listCommand(),
    cancelCommand(),
  ]);
}
