import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { LocalDaemon } from "../../contracts/local.ts";
import { UserError } from "../user-error.ts";
import type { StackTarget } from "./stack-target.ts";

/** Where a stack lives whose state is a file of ours, all below one folder. */
export interface LocalBackend {
  /** Folder of the engine's file backend. */
  stateDirectory: string;
  passphraseFile: string;
  /**
   * A copy of the project's Pulumi.yaml and of the stack's configuration, and the folder the engine runs in. Several engine commands
   * write the salt of the passphrase into the configuration beside Pulumi.yaml, whatever `--config-file` says; it must not be the
   * committed one.
   */
  projectDirectory: string;
  configFile: string;
  checkpointFile: string;
}

export function localBackend(directory: string, target: StackTarget): LocalBackend {
  const stateDirectory = join(directory, "state");
  const projectDirectory = join(directory, "projects", target.project);
  return {
    stateDirectory,
    passphraseFile: join(directory, "passphrase"),
    projectDirectory,
    configFile: join(projectDirectory, `Pulumi.${target.stack}.yaml`),
    checkpointFile: join(stateDirectory, ".pulumi/stacks", target.project, `${target.stack}.json`),
  };
}

/** Environment variables with which the engine finds the backend. */
export function backendEnvironment(backend: LocalBackend): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${backend.stateDirectory}`,
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
  writeFileSync(backend.passphraseFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
}

const stackConfig = z.looseObject({
  encryptionsalt: z.string().optional(),
  config: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Writes the copy of the project: its Pulumi.yaml with absolute paths, and the stack's committed configuration with the given values.
 * The salt that belongs to the passphrase comes from the state; the committed file has none.
 */
export function writeProject(
  backend: LocalBackend,
  target: StackTarget,
  values: Readonly<Record<string, string>>,
): void {
  const project = z
    .looseObject({ main: z.string().default(".") })
    .parse(parse(readFileSync(join(target.workDir, "Pulumi.yaml"), "utf8")));
  writeGenerated(join(backend.projectDirectory, "Pulumi.yaml"), {
    ...project,
    main: resolve(target.workDir, project.main),
  });
  const committed = readConfiguration(join(target.workDir, `Pulumi.${target.stack}.yaml`));
  const salt = saltOfCheckpoint(backend.checkpointFile) ?? readConfiguration(backend.configFile).encryptionsalt;
  const encryption = salt === undefined ? {} : { encryptionsalt: salt };
  writeGenerated(backend.configFile, { ...encryption, config: { ...committed.config, ...values } });
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

/** Renamed into place, since an engine that somebody runs by hand may be reading it. */
function writeGenerated(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const text = `# Generated for this machine from the file of the same name that is committed.\n${stringify(content)}`;
  writeFileSync(`${file}.writing`, text, { mode: 0o600 });
  renameSync(`${file}.writing`, file);
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
