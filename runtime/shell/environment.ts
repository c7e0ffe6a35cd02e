import type { ShellManifest } from "../../contracts/shell.ts";

/** What the Worker is bound to; the manifest says which names to expect. */
export interface ShellEnvironment {
  /** `ShellManifest` as JSON. */
  SHELL?: string;
  SHELL_TOKEN?: string;
  [name: string]: unknown;
}

/** A shell without a manifest is one that only keeps a name until the real script is uploaded. */
const nameless: ShellManifest = {
  service: "shell",
  environment: "unknown",
  health: { path: "/health", expect: "ok" },
  bindings: {},
  missing: {},
};

export function manifestOf({ SHELL }: ShellEnvironment): ShellManifest {
  return SHELL === undefined ? nameless : JSON.parse(SHELL);
}
