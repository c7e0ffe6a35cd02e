import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** Absolute paths of every executable `name` on `path` (a PATH value), first one first. */
export function executablesOnPath(name: string, path: string): string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const run = promisify(execFile);

/**
 * Standard output of a short command, trimmed.
 * @throws Error whose message is one line: the command's own complaint, or why it could not run.
 */
export async function outputOf(command: string, args: string[], env: NodeJS.ProcessEnv, cwd?: string): Promise<string> {
  try {
    const { stdout } = await run(command, args, { env, timeout: 60_000, ...(cwd ? { cwd } : {}) });
    return stdout.trim();
  } catch (error) {
    throw new Error(firstLine(error));
  }
}

function firstLine(error: unknown): string {
  const { stderr, message, killed } = error as { stderr?: string; message?: string; killed?: boolean };
  if (killed) return "no answer within 60 s";
  const text = stderr?.trim() || message || String(error);
  return text.split("\n")[0] ?? text;
}
