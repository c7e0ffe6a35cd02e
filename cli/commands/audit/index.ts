import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { exportCommand } from "./export.ts";
import { listCommand } from "./list.ts";
import { verifyCommand } from "./verify.ts";

export function auditCommand(): Command {
  return defineGroup("audit", "Who changed what through the operations plane, and the proof that nobody edited it", [
    listCommand(),
    exportCommand(),
    verifyCommand(),
  ]);
}
