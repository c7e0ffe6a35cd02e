import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { exportedState } from "../recovery/deployment.ts";
import { UserError } from "../user-error.ts";
import type { ReadyStack } from "./ready-stack.ts";
import { exportState } from "./state.ts";

/** A backup of a stack's state. Its secrets are encrypted as in the state; the passphrase is named, never held. */
const stateBackup = z.object({
  version: z.literal(1),
  project: z.string(),
  stack: z.string(),
  at: z.iso.datetime(),
  /** What `pulumi stack export` gives. */
  state: exportedState,
  /** The stack's configuration file as it was. */
  configuration: z.object({ name: z.string(), text: z.string() }).optional(),
  /** Where the passphrase was that opens the secrets; absent where the backend has another way. */
  passphraseFile: z.string().optional(),
});
export type StateBackup = z.infer<typeof stateBackup>;

const backupFile = z.object({ sha256: z.string(), backup: z.unknown() });

export async function makeBackup(ready: ReadyStack, now: Date): Promise<StateBackup> {
  const { backend, target } = ready;
  const configFile = backend?.project.configFile;
  return {
    version: 1,
    project: target.project,
    stack: target.stack,
    at: now.toISOString(),
    state: await exportState(ready),
    ...(configFile && existsSync(configFile)
      ? { configuration: { name: basename(configFile), text: readFileSync(configFile, "utf8") } }
      : {}),
    ...(backend ? { passphraseFile: backend.passphraseFile } : {}),
  };
}

/** The text of a backup file: the backup and its checksum. */
export function sealBackup(backup: StateBackup): string {
  return `${JSON.stringify({ sha256: checksum(backup), backup }, null, 2)}\n`;
}

/** @throws UserError when the text is no backup, was changed or cut off, or is of another stack. */
export function unsealBackup(text: string, file: string, expected: { project: string; stack: string }): StateBackup {
  const sealed = backupFile.safeParse(parseJson(text));
  if (!sealed.success) throw refused(file, "it is no backup as `state backup` writes it");
  if (checksum(sealed.data.backup) !== sealed.data.sha256)
    throw refused(file, "its checksum does not fit: it was changed or damaged");
  const backup = stateBackup.safeParse(sealed.data.backup);
  if (!backup.success) throw refused(file, z.prettifyError(backup.error));
  const { project, stack } = backup.data;
  if (project !== expected.project || stack !== expected.stack) {
    throw refused(file, `it is of ${project}/${stack}, not of ${expected.project}/${expected.stack}`);
  }
  return backup.data;
}

function checksum(backup: unknown): string {
  return createHash("sha256").update(JSON.stringify(backup)).digest("hex");
}

function refused(file: string, why: string): UserError {
  return new UserError(`${file} cannot be restored: ${why}.`, {
    expected: "a file that `npx chittyops state backup` wrote for this stack",
    remedy: "name another file; nothing was changed",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
