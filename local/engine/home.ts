import { join, resolve } from "node:path";

/** Absolute path of the clone this code runs from. */
export const repositoryRoot: string = resolve(import.meta.dirname, "../..");

/** Folder that holds everything ChittyOps makes on this machine: `CHITTYOPS_HOME`, or `.chittyops` in the clone. Absolute. */
export function chittyopsHome(): string {
  const configured = process.env.CHITTYOPS_HOME;
  return configured ? resolve(configured) : join(repositoryRoot, ".chittyops");
}

/** A path below `<home>/local`, where the `local` environment lives, e.g. `localPath("daemon.json")`. */
export function localPath(...parts: string[]): string {
  return join(chittyopsHome(), "local", ...parts);
}
