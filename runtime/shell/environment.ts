import type { ShellManifest } from "../../contracts/shell.ts";

/** What the Worker is bound to; the manifest says which names to expect. */
export interface ShellEnvironment {
  SHELL?: ShellManifest;
  SHELL_TOKEN?: string;
  [name: string]: unknown;
}

/** A shell without a manifest is one that only keeps a name until the real script is uploaded. */
export function manifestOf(env: ShellEnvironment): ShellManifest {
  return (
    env.SHELL ?? { service: "shell", environment: "unknown", health: { path: "/health", expect: "ok" }, bindings: [] }
  );
}
