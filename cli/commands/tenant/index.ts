import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { addCommand } from "./add.ts";
import { exportCommand } from "./export.ts";
import { listCommand } from "./list.ts";
import { previewCommand } from "./preview.ts";
import { removeCommand } from "./remove.ts";
import { resumeCommand, suspendCommand } from "./set-status.ts";

export function tenantCommand(): Command {
  return defineGroup("tenant", "The tenants of Digital Dossier, each a stack of its own", [
    addCommand(),
    listCommand(),
    previewCommand(),
    suspendCommand(),
    resumeCommand(),
    exportCommand(),
    removeCommand(),
  ]);
}
