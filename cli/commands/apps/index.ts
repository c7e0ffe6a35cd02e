import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { listCommand } from "./list.ts";
import { reapCommand } from "./reap.ts";

/** `chittyops apps list|reap`: the apps that the catalog declares for a family. */
export function appsCommand(): Command {
  return defineGroup("apps", "The apps of families: list them, remove those that have expired", [
    listCommand(),
    reapCommand(),
  ]);
}
