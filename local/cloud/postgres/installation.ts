import { join } from "node:path";
import { type RunAs, runAs, type Spawned, type System } from "./run-as.ts";

/** A whole Postgres, with an empty cluster to copy, in the user's cache: whatever the package manager did or left undone, and nothing is initialised twice. */
export interface Installation {
  /** Sha256 that names what is in it. */
  digest: string;
  /** Folder with `data` and `superuser`; never written to. */
  template: string;
  runAs: RunAs;
  command(name: "initdb" | "postgres", args: readonly string[]): Spawned;
  environment: NodeJS.ProcessEnv;
}

/** @param homes where clusters will live. */
export function describeInstallation(
  folder: string,
  digest: string,
  homes: readonly string[],
  system?: System,
): Installation {
  const user = runAs([folder, ...homes], system);
  return {
    digest,
    template: join(folder, "template"),
    runAs: user,
    command: (name, args) => user.command(join(folder, "bin", name), args),
    // Nothing of the caller's PG… variables, nor of its secrets.
    environment: { PATH: process.env.PATH, HOME: "/", LC_ALL: "C", TZ: "GMT" },
  };
}
