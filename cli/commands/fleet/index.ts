import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { checkCommand } from "./check.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";

export function fleetCommand(): Command {
  return defineGroup("fleet", "All tenants together: how they stand, bring them up, find what two claim", [
    statusCommand(),
    upCommand(),
    checkCommand(),
  ]);
}
