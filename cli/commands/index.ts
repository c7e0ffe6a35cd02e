import type { Command } from "commander";
import { catalogCommand } from "./catalog.ts";
import { destroyCommand } from "./destroy.ts";
import { doctorCommand } from "./doctor.ts";
import { driftCommand } from "./drift.ts";
import { envCommand } from "./env.ts";
import { historyCommand } from "./history.ts";
import { localCommand } from "./local/index.ts";
import { previewCommand } from "./preview.ts";
import { startCommand } from "./start.ts";
import { stateCommand } from "./state.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";

/** Every command, in the order of the help. */
export function commands(): Command[] {
  return [
    startCommand(),
    statusCommand(),
    upCommand(),
    previewCommand(),
    destroyCommand(),
    driftCommand(),
    historyCommand(),
    localCommand(),
    catalogCommand(),
    stateCommand(),
    envCommand(),
    doctorCommand(),
  ];
}
