import { existsSync } from "node:fs";
import { localPath } from "../../local/engine/home.ts";
import { type EmbeddedCloud, embeddedClouds, ensureEmbeddedCloud, placeOf } from "../cloud/embedded.ts";
import { requireValidCatalog } from "../commands/catalog.ts";
import type { Session } from "../session.ts";
import { localNeonKey, neonOrganizationSetting } from "../tenants/neon-organizations.ts";
import { baseEnvironment } from "./base-environment.ts";
import {
  backendEnvironment,
  daemonConfiguration,
  ensureBackend,
  type LocalBackend,
  localBackend,
  saltOfCheckpoint,
} from "./local-backend.ts";
import { writeProjectCopy } from "./project-copy.ts";
import type { ReadyStack } from "./ready-stack.ts";
import type { StackTarget } from "./stack-target.ts";
import { pulumi, type Supervision } from "./supervised-command.ts";
import { openToolchain, supervise, type Toolchain } from "./toolchain.ts";
import { automationApi, openStack } from "./workspace.ts";

export interface LocalStack extends ReadyStack {
  embedded: EmbeddedCloud;
  backend: LocalBackend;
}

/** What every stack of `local` stands on. */
export interface LocalGround {
  toolchain: Toolchain;
  embedded: EmbeddedCloud;
}

/** What a stack is given besides what its target says. */
export interface StackInput {
  /** Values of its configuration, e.g. `{ "chittyops:tenant": "{…}" }`. */
  values?: Readonly<Record<string, string>>;
  /** Variables of the environment of the engine and the program; the place for a secret. */
  environment?: Readonly<Record<string, string>>;
}

/** Catalog checked, bundles built, the embedded cloud running. */
export async function openLocalGround(session: Session): Promise<LocalGround> {
  const opening = openToolchain(session, { plugins: "stand-in" });
  // What is at work beside each other here: should one fail, nobody waits for the other any more.
  opening.catch(() => undefined);
  // While another thread checks the engine's files, which the catalog would otherwise keep from beginning.
  await automationApi();
  requireValidCatalog();
  const starting = ensureEmbeddedCloud(session);
  starting.catch(() => undefined);
  const toolchain = await opening;
  const phase = session.console.phase("Embedded cloud");
  const embedded = await starting;
  phase.done(`${embedded.wasRunning ? "running" : "started"}, API on ${embedded.daemon.controlUrl}`);
  return { toolchain, embedded };
}

/** Everything for work on a stack of `local`: the ground, the state and its passphrase in place, the stack there. */
export async function openLocalStack(
  session: Session,
  target: StackTarget,
  input: StackInput = {},
  ground?: LocalGround,
): Promise<LocalStack> {
  const { toolchain, embedded } = ground ?? (await openLocalGround(session));
  const opened = await localEnvironment(session, target, toolchain, embedded, input.values);
  const { backend, environment, token, neonKey } = opened;
  const supervision = supervise(session, toolchain.engine, { ...environment, ...input.environment });
  const workDir = backend.project.directory;
  const automation = await openStack(target.stack, workDir, supervision, toolchain.engine.version);
  const clouds = () => embeddedClouds(embedded, token, neonKey);
  return { target, workDir, automation, supervision, backend, embedded, clouds, ownsCloud: true };
}

/** The environment in which the engine works on a stack of `local`; makes the stack where there is none. */
export async function localEnvironment(
  session: Session,
  target: StackTarget,
  toolchain: Toolchain,
  embedded: EmbeddedCloud,
  values: StackInput["values"] = {},
): Promise<{ backend: LocalBackend; environment: Record<string, string>; token: string; neonKey: string }> {
  const backend = localBackend(localPath(), target);
  ensureBackend(backend);
  const { account, zone, token, neonKey: usual } = placeOf(target, embedded);
  const neonKey = localNeonKey(values[neonOrganizationSetting], embedded) ?? usual;
  const environment = {
    ...baseEnvironment(),
    ...toolchain.environment,
    ...backendEnvironment(backend),
    CLOUDFLARE_BASE_URL: `${embedded.daemon.controlUrl}/client/v4`,
    CLOUDFLARE_API_TOKEN: token,
    NEON_BASE_URL: `${embedded.daemon.controlUrl}/api/v2`,
    NEON_API_KEY: neonKey,
  };
  writeProjectCopy(backend.project, target, {
    values: { ...daemonConfiguration(embedded.daemon, account, zone), ...values },
    salt: saltOfCheckpoint(backend.checkpointFile),
  });
  await ensureStack(supervise(session, toolchain.engine, environment), target, backend);
  return { backend, environment, token, neonKey };
}

/** Makes an empty stack where there is none. */
export async function ensureStack(supervision: Supervision, target: StackTarget, backend: LocalBackend): Promise<void> {
  if (existsSync(backend.checkpointFile)) return;
  await pulumi(supervision, ["stack", "init", target.stack, "--no-select"], backend.project.directory);
}
