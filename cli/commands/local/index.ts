import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { clockCommand } from "./clock.ts";
import { faultsCommand } from "./faults.ts";
import { logsCommand } from "./logs.ts";
import { resetCommand } from "./reset.ts";
import { startCommand } from "./start.ts";
import { statusCommand } from "./status.ts";
import { stopCommand } from "./stop.ts";

/** `chittyops local …`: the embedded cloud. */
export function localCommand(): Command {
  return defineGroup("local", "The embedded cloud: start, stop, look inside, break it on purpose", [
    startCommand(),
    stopCommand(),
    statusCommand(),
    resetCommand(),
    logsCommand(),
    faultsCommand(),
    clockCommand(),
  ]);
}
