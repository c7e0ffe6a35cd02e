import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { flag } from "../options.ts";
import type { Session } from "../session.ts";

/** Milliseconds between two looks. */
const everyMilliseconds = 5_000;

/** `-w, --watch`: `looking` goes on and shows what changed. */
export function watchOption(command: Command): Command {
  return command.option("-w, --watch", "go on, and show what changed");
}

/**
 * Shows what is found: once, or with `--watch` each time that it is something else, until the command is interrupted. With `--json` each is
 * a line.
 */
export async function looking<T>(
  session: Session,
  options: Readonly<Record<string, unknown>>,
  look: () => Promise<T>,
  human: (found: T) => string,
): Promise<undefined> {
  if (!flag(options, "watch")) {
    const found = await look();
    session.console.result(found, () => human(found));
    return undefined;
  }
  for (let shown = ""; ; ) {
    const found = await look();
    const text = session.console.json ? JSON.stringify(found) : human(found);
    if (text !== shown) session.console.raw(`${text}\n${session.console.json ? "" : "\n"}`);
    shown = text;
    await setTimeout(everyMilliseconds, undefined, { signal: session.signal });
  }
}
