import { once } from "node:events";
import { createInterface } from "node:readline/promises";
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
  const answer = await ask(`${consequence} Type ${word} to go on: `, console);
  if (answer?.trim() !== word) {
    throw new UserError("Not confirmed; nothing was changed.", { exitCode: exitCode.failed });
  }
}

/** A line from the terminal; undefined when it ends (Ctrl-D) or Ctrl-C is pressed instead. */
async function ask(question: string, { stdin, stderr }: Console): Promise<string | undefined> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await Promise.race([lines.question(question), once(lines, "close").then(() => undefined)]);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return undefined;
    throw error;
  } finally {
    lines.close();
  }
}
