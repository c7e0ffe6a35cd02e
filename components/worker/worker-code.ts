import type * as cloudflare from "@pulumi/cloudflare";
import type { ResolvedWorker } from "../../catalog/index.ts";
import type { Bundles } from "../artifact.ts";
import { programPath } from "../program-path.ts";

/** The part of a script's inputs that says what it runs. */
export type WorkerCode = Pick<
  cloudflare.WorkersScriptArgs,
  "content" | "contentFile" | "contentSha256" | "mainModule" | "files"
>;

/** The code of a service: its own bundle, or the shell with the Durable Object classes the service has after all migrations. */
export function workerCode(name: string, worker: ResolvedWorker, bundles: Bundles): WorkerCode {
  const own = bundles.own.get(name);
  if (own === undefined) return shellCode(classesAfter(worker.migrations), bundles);
  return { mainModule: "index.mjs", contentFile: programPath(own.path), contentSha256: own.sha256 };
}

/**
 * The shell. A Worker has to export each of its Durable Object classes: where there are any, a module of one line comes before the
 * shell and exports the shell's one class under every name.
 */
export function shellCode(classes: readonly string[], { shell }: Bundles): WorkerCode {
  const contentFile = programPath(shell.path);
  const contentSha256 = shell.sha256;
  if (classes.length === 0) return { mainModule: "shell.mjs", contentFile, contentSha256 };
  const names = classes.map((className) => `ShellObject as ${className}`);
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
