import { isCancel, text } from "@clack/prompts";
import { exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";
import type { Console } from "./console.ts";

export interface Confirmation {
  /** What will happen, e.g. `This deletes 182 resources of chittyops/local.` */
  consequence: string;
  /** What has to be typed. */
  word: string;
  /** `--yes` was given. */
  yes: boolean;
}

/** Lets a destructive step go on only after `--yes` or the typed word; without a terminal to ask on it is an error, never a silent yes. */
export async function confirm(console: Console, { consequence, word, yes }: Confirmation): Promise<void> {
  if (yes) return;
  if (!console.interactive) {
    throw new UserError(`${consequence} Nobody is here to confirm that: there is no terminal.`, {
      expected: "a typed confirmation, or --yes",
      remedy: "run the same command with --yes",
      exitCode: exitCode.usage,
    });
  }
  const answer = await text({ message: `${consequence} Type ${word} to go on:`, output: console.stderr });
  if (isCancel(answer) || answer?.trim() !== word) {
    throw new UserError("Not confirmed; nothing was changed.", { exitCode: exitCode.failed });
  }
}
