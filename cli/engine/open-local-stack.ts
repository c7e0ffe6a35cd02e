import { existsSync } from "node:fs";
import { localPath } from "../../local/engine/home.ts";
import { type EmbeddedCloud, embeddedClouds, ensureEmbeddedCloud, placeOf } from "../cloud/embedded.ts";
import { requireValidCatalog } from "../commands/catalog.ts";
import type { Session } from "../session.ts";
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
import { openStack } from "./workspace.ts";

export interface LocalStack extends ReadyStack {
  embedded: EmbeddedCloud;
  backend: LocalBackend;
}

/**
 * Everything for work on a stack of `local`: catalog checked, bundles built, the embedded cloud running, the state and its passphrase in
 * place, the stack there.
 */
export async function openLocalStack(
  session: Session,
  target: StackTarget,
  mark: Record<string, string> = {},
): Promise<LocalStack> {
  requireValidCatalog();
  const starting = ensureEmbeddedCloud(session);
  // It starts while the tool chain is made ready; should that fail, nobody waits for it any more.
  starting.catch(() => undefined);
  const toolchain = await openToolchain(session, { plugins: "stand-in" });
  const phase = session.console.phase("Embedded cloud");
  const embedded = await starting;
  phase.done(`${embedded.wasRunning ? "running" : "started"}, API on ${embedded.daemon.controlUrl}`);
  const { backend, environment, token, neonKey } = await localEnvironment(session, target, toolchain, embedded);
  const supervision = supervise(session, toolchain.engine, { ...environment, ...mark });
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
): Promise<{ backend: LocalBackend; environment: Record<string, string>; token: string; neonKey: string }> {
  const backend = localBackend(localPath(), target);
  ensureBackend(backend);
  const { account, zone, token, neonKey } = placeOf(target, embedded);
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
    values: daemonConfiguration(embedded.daemon, account, zone),
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
