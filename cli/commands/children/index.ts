import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { listCommand } from "./list.ts";
import { restoreCommand, revokeCommand } from "./set-revoked.ts";

export function childrenCommand(): Command {
  return defineGroup("children", "The apps of all families as the operations plane hears of them", [
    listCommand(),
    revokeCommand(),
    restoreCommand(),
  ]);
}
