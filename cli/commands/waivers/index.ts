import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { checkCommand } from "./check.ts";
import { listCommand } from "./list.ts";

/** `chittyops waivers list|check`: violations that somebody answers for. */
export function waiversCommand(): Command {
  return defineGroup("waivers", "Violations that somebody answers for: list them, check them", [
    listCommand(),
    checkCommand(),
  ]);
}
