import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { listCommand } from "./list.ts";
import { showCommand } from "./show.ts";
import { syncCommand } from "./sync.ts";
import { watchCommand } from "./watch.ts";

export function registryCommand(): Command {
  return defineGroup("registry", "The services that the operations plane knows, and those that it should", [
    listCommand(),
    showCommand(),
    watchCommand(),
    syncCommand(),
  ]);
}
