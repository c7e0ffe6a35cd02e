import { vi } from "vitest";
import type { CommandResult } from "./estate.ts";

/**
 * Runs `chittyops <args>` in this process, as often as a test likes without another process for each. Home and catalog are those of this
 * process's environment; whatever is read when the catalog is loaded has to be set before.
 */
export async function runHere(args: readonly string[]): Promise<CommandResult> {
  const { main } = await import("../../cli/main.ts");
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name] += text;
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    return { code: await main(args), signal: null, ...said };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
