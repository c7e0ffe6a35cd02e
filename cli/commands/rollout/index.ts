import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { listCommand } from "./list.ts";
import { pauseCommand, resumeCommand } from "./set-paused.ts";
import { startCommand } from "./start.ts";

export function rolloutCommand(): Command {
  return defineGroup("rollout", "Configuration and security updates that children pull, wave by wave", [
    listCommand(),
    startCommand(),
    pauseCommand(),
    resumeCommand(),
  ]);
}
