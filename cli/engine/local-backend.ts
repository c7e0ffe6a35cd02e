import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { LocalDaemon } from "../../contracts/local.ts";
import { UserError } from "../user-error.ts";
import { type ProjectCopy, projectCopy } from "./project-copy.ts";
import type { StackTarget } from "./stack-target.ts";

/** Where a stack lives whose state is a file of ours, all below one folder. */
export interface LocalBackend {
  /** Folder of the engine's file backend. */
  stateDirectory: string;
  passphraseFile: string;
  project: ProjectCopy;
  checkpointFile: string;
}

export function localBackend(directory: string, target: StackTarget): LocalBackend {
  const stateDirectory = join(directory, "state");
  return {
    stateDirectory,
    passphraseFile: join(directory, passphraseName(target)),
    project: projectCopy(directory, target),
    checkpointFile: join(stateDirectory, ".pulumi/stacks", target.project, `${target.stack}.json`),
  };
}

/**
 * A passphrase for each family: it opens the family's own stacks and the contract that core made for it, and nothing of core's or of
 * another family's. A reference to a stack opens all of it, with the passphrase of the stack that reads.
 */
function passphraseName({ family }: StackTarget): string {
  return family === "chittyos" ? "passphrase" : `passphrase-${family}`;
}

/** Environment variables with which the engine finds the backend. */
export function backendEnvironment(backend: LocalBackend): Record<string, string> {
  return {
    // Without the side file that says of each write what it is: nobody reads it, and each step would compute it again.
    PULUMI_BACKEND_URL: `file://${backend.stateDirectory}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: backend.passphraseFile,
  };
}

/**
 * Makes sure of the state folder and the passphrase.
 * @throws UserError when there is a state whose passphrase is gone: its secrets cannot be opened again.
 */
export function ensureBackend(backend: LocalBackend): void {
  mkdirSync(backend.stateDirectory, { recursive: true });
  if (existsSync(backend.passphraseFile)) return;
  if (existsSync(backend.checkpointFile)) {
    throw new UserError(`The passphrase of the local state is missing: ${backend.passphraseFile}.`, {
      expected: "the file that was generated with the state",
      remedy: "put it back, or start over: npx chittyops local reset",
    });
  }
  // Of several commands that come here at once, the first one's counts.
  const file = `${backend.passphraseFile}.${process.pid}`;
  writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600 });
  try {
    linkSync(file, backend.passphraseFile);
  } catch (error) {
    if (!existsSync(backend.passphraseFile)) throw error;
  } finally {
    rmSync(file);
  }
}

/** What the program has to know about the embedded cloud. */
export function daemonConfiguration(daemon: LocalDaemon, account: string, zone: string): Record<string, string> {
  const owner = daemon.accounts.find(({ name }) => name === account);
  const owned = owner?.zones.find(({ name }) => name === zone);
  if (!owner || !owned) throw new Error(`the embedded cloud has no account ${account} with the zone ${zone}`);
  return {
    "chittyops:accountId": owner.id,
    "chittyops:zoneId": owned.id,
    "chittyops:cloudflareBaseUrl": `${daemon.controlUrl}/client/v4`,
    "chittyops:edgeUrl": daemon.edgeUrl,
  };
}

const checkpointSalt = z.object({
  checkpoint: z.object({
    latest: z.object({
      secrets_providers: z.object({ type: z.literal("passphrase"), state: z.object({ salt: z.string() }) }),
    }),
  }),
});

/** The salt in the state; none where the state is damaged, which is somebody else's to say. */
export function saltOfCheckpoint(file: string): string | undefined {
  try {
    return checkpointSalt.parse(JSON.parse(readFileSync(file, "utf8"))).checkpoint.latest.secrets_providers.state.salt;
  } catch {
    return undefined;
  }
}
