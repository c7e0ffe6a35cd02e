import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { LocalDaemon } from "../../contracts/local.ts";
import { UserError } from "../user-error.ts";
import type { StackTarget } from "./stack-target.ts";

/** Where the state of `local` lives, all below one folder. */
export interface LocalBackend {
  /** Folder of the engine's file backend. */
  stateDirectory: string;
  passphraseFile: string;
  /** Generated stack configuration; the committed one is never touched. */
  configFile: string;
  checkpointFile: string;
}

export function localBackend(directory: string, target: StackTarget): LocalBackend {
  const stateDirectory = join(directory, "state");
  return {
    stateDirectory,
    passphraseFile: join(directory, "passphrase"),
    configFile: join(
      directory,
      target.project === "chittyops" ? `Pulumi.${target.stack}.yaml` : `Pulumi.${target.project}.${target.stack}.yaml`,
    ),
    checkpointFile: join(stateDirectory, ".pulumi/stacks", target.project, `${target.stack}.json`),
  };
}

/** Environment variables with which the engine finds the backend. */
export function backendEnvironment(backend: LocalBackend): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${backend.stateDirectory}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: backend.passphraseFile,
    PULUMI_OPTION_CONFIG_FILE: backend.configFile,
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
  writeFileSync(backend.passphraseFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
}

const stackConfig = z.looseObject({
  encryptionsalt: z.string().optional(),
  config: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Writes the stack's configuration: the committed file's values and the given ones. The salt that belongs to the passphrase comes from
 * the state; the committed file has none.
 */
export function writeConfiguration(
  backend: LocalBackend,
  committedFile: string,
  values: Readonly<Record<string, string>>,
): void {
  const committed = readConfiguration(committedFile);
  const salt = saltOfCheckpoint(backend.checkpointFile) ?? readConfiguration(backend.configFile).encryptionsalt;
  const configuration = { ...(salt ? { encryptionsalt: salt } : {}), config: { ...committed.config, ...values } };
  const text = `# Generated for this machine; what is committed is in ${basename(committedFile)}.\n${stringify(configuration)}`;
  mkdirSync(dirname(backend.configFile), { recursive: true });
  // Renamed into place, since an engine that somebody runs by hand may be reading it.
  writeFileSync(`${backend.configFile}.writing`, text, { mode: 0o600 });
  renameSync(`${backend.configFile}.writing`, backend.configFile);
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

/**
 * Makes an empty stack where there is none, by `pulumi stack init` in a scratch folder: the engine writes the new salt into that folder's configuration file,
 * whatever `--config-file` says, and it must not be the committed one. The state keeps the salt, too.
 */
export async function initStack(
  target: StackTarget,
  backend: LocalBackend,
  scratchParent: string,
  run: (args: string[], cwd: string) => Promise<unknown>,
): Promise<void> {
  if (existsSync(backend.checkpointFile)) return;
  mkdirSync(scratchParent, { recursive: true });
  const scratch = mkdtempSync(join(scratchParent, "init-"));
  try {
    writeFileSync(join(scratch, "Pulumi.yaml"), stringify({ name: target.project, runtime: "nodejs" }));
    await run(["stack", "init", target.stack, "--no-select"], scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const checkpointSalt = z.object({
  checkpoint: z.object({
    latest: z.object({
      secrets_providers: z.object({ type: z.literal("passphrase"), state: z.object({ salt: z.string() }) }),
    }),
  }),
});

/** The salt in the state; none where the state is damaged, which is somebody else's to say. */
function saltOfCheckpoint(file: string): string | undefined {
  try {
    return checkpointSalt.parse(JSON.parse(readFileSync(file, "utf8"))).checkpoint.latest.secrets_providers.state.salt;
  } catch {
    return undefined;
  }
}

function readConfiguration(file: string): z.infer<typeof stackConfig> {
  return stackConfig.parse(existsSync(file) ? (parse(readFileSync(file, "utf8")) ?? {}) : {});
}
