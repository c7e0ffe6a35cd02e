import { join, resolve } from "node:path";

/** Absolute path of the repository. */
const repository = resolve(import.meta.dirname, "..");

/**
 * A path relative to the repository, e.g. `runtime/dist/shell.mjs`, as the engine's plugins read it: they run in the folder of the
 * program (`stacks/<name>`), and a relative path is the same in every checkout, so that none enters the state.
 */
export function programPath(path: string): string {
  return `../../${path}`;
}

/** The same path for this process. Absolute. */
export function repositoryPath(...path: string[]): string {
  return join(repository, ...path);
}
