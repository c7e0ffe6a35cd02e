import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { listCommand } from "./list.ts";
import { removeCommand } from "./remove.ts";
import { setCommand } from "./set.ts";

export function budgetsCommand(): Command {
  return defineGroup("budgets", "What services may cost in a month", [listCommand(), setCommand(), removeCommand()]);
}
