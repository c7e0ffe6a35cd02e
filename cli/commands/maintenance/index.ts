import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { endCommand } from "./end.ts";
import { listCommand } from "./list.ts";
import { startCommand } from "./start.ts";

export function maintenanceCommand(): Command {
  return defineGroup("maintenance", "Windows in which nobody is told of what is broken on purpose", [
    startCommand(),
    listCommand(),
    endCommand(),
  ]);
}
