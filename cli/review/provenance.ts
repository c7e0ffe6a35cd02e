import { execFileSync } from "node:child_process";
import { repositoryRoot } from "../../local/engine/home.ts";

/** The commit of the program, and whether files differ from it. */
export interface Provenance {
  commit: string;
  modified: boolean;
}

/** Where there is no Git, or no commit, the commit is forty zeros and everything counts as modified. */
export function provenance(): Provenance {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: repositoryRoot, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return { commit: git("rev-parse", "HEAD"), modified: git("status", "--porcelain") !== "" };
  } catch {
    return { commit: "0".repeat(40), modified: true };
  }
}
