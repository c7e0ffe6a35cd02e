import type { ResolvedEstate, ResolvedWorker } from "../../catalog/index.ts";
import type { Bundles } from "../artifact.ts";
import type * as cloudflare from "../cloudflare.ts";
import { programPath } from "../program-path.ts";

/** The part of a script's inputs that says what it runs. */
export type WorkerCode = Pick<
  cloudflare.WorkersScriptArgs,
  "content" | "contentFile" | "contentSha256" | "mainModule" | "files"
>;

/** What others expect a Worker to export besides its handlers. */
export interface Exports {
  /** Durable Object classes. */
  classes: readonly string[];
  /** Named entrypoints that other services bind. */
  entrypoints: readonly string[];
}

/** The code of a service: its own bundle, or the shell with everything that the service has to export. */
export function workerCode(name: string, worker: ResolvedWorker, estate: ResolvedEstate, bundles: Bundles): WorkerCode {
  const own = bundles.own.get(name);
  if (own !== undefined) {
    return { mainModule: "index.mjs", contentFile: programPath(own.path), contentSha256: own.sha256 };
  }
  return shellCode({ classes: classesAfter(worker.migrations), entrypoints: boundEntrypoints(name, estate) }, bundles);
}

/**
 * The shell. Where a Worker has to export something by name, a module of one line comes before the shell and exports the shell's one
 * class under every class's name, and its handlers under every entrypoint's.
 */
export function shellCode({ classes, entrypoints }: Exports, { shell }: Bundles): WorkerCode {
  const contentFile = programPath(shell.path);
  const contentSha256 = shell.sha256;
  const names = [
    ...classes.map((className) => `ShellObject as ${className}`),
    ...entrypoints.map((entrypoint) => `default as ${entrypoint}`),
  ];
  if (names.length === 0) return { mainModule: "shell.mjs", contentFile, contentSha256 };
  return {
    mainModule: "index.mjs",
    content: `export { default, ${names.join(", ")} } from "./shell.mjs";\n`,
    files: { "shell.mjs": { contentFile, contentSha256, contentType: "application/javascript+module" } },
  };
}

/** The Durable Object classes that are there after these migrations, sorted. */
export function classesAfter(migrations: ResolvedWorker["migrations"]): string[] {
  const classes = new Set<string>();
  for (const { newClasses, newSqliteClasses, renamedClasses, deletedClasses } of migrations) {
    for (const className of [...(newClasses ?? []), ...(newSqliteClasses ?? [])]) classes.add(className);
    for (const { from, to } of renamedClasses ?? []) {
      classes.delete(from);
      classes.add(to);
    }
    for (const className of deletedClasses ?? []) classes.delete(className);
  }
  return [...classes].sort();
}

/** The entrypoints of a service that other services of the estate bind, sorted. */
function boundEntrypoints(name: string, { services }: ResolvedEstate): string[] {
  const bound = services
    .flatMap(({ bindings }) => bindings)
    .flatMap((binding) =>
      binding.kind === "service" && !binding.external && binding.service === name && binding.entrypoint !== undefined
        ? [binding.entrypoint]
        : [],
    );
  return [...new Set(bound)].sort();
}
