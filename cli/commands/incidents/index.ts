import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { ackCommand, escalateCommand, noteCommand, resolveCommand } from "./act.ts";
import { listCommand } from "./list.ts";
import { openCommand } from "./open.ts";
import { reviewCommand } from "./review.ts";
import { showCommand } from "./show.ts";

export function incidentsCommand(): Command {
  return defineGroup("incidents", "What is wrong, who takes care of it, and what was learnt", [
    listCommand(),
    showCommand(),
    openCommand(),
    ackCommand(),
    escalateCommand(),
    resolveCommand(),
    noteCommand(),
    reviewCommand(),
  ]);
}
