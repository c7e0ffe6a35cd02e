import { CommanderError } from "commander";
import { exitCode } from "./exit-code.ts";
import { asShown } from "./known-errors.ts";
import { Console } from "./output/console.ts";
import { createProgram } from "./program.ts";

/** Runs one command line and returns the exit code; a command shows its own errors, this one those of parsing. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(args);
    await program.parseAsync(args, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exitCode.ok;
  } catch (error) {
    // Commander has already written its message (or the help that was asked for).
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    new Console({ json: false }).error(asShown(error));
    return exitCode.failed;
  }
}
