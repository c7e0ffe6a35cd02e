import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { verifyCommand } from "./verify.ts";

/** `chittyops review …`: the evidence of compliance reviews. */
export function reviewCommand(): Command {
  return defineGroup("review", "The evidence of compliance reviews", [verifyCommand()]);
}
