import { existsSync } from "node:fs";
import Cloudflare from "cloudflare";
import type { Engine } from "../../local/engine/engine.ts";
import { type EnvironmentOptions, engineEnvironment } from "../../local/engine/environment.ts";
import { localPath } from "../../local/engine/home.ts";
import { resolveEngine } from "../../local/engine/resolve.ts";
import { type EmbeddedCloud, embeddedApi, ensureEmbeddedCloud, placeOf } from "../cloud/embedded.ts";
import { requireValidCatalog } from "../commands/catalog.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { baseEnvironment } from "./base-environment.ts";
import {
  backendEnvironment,
  daemonConfiguration,
  ensureBackend,
  type LocalBackend,
  localBackend,
  writeProject,
} from "./local-backend.ts";
import type { ReadyStack } from "./ready-stack.ts";
import type { StackTarget } from "./stack-target.ts";
import { pulumi, type Supervision } from "./supervised-command.ts";
import { openStack } from "./workspace.ts";

/** The engine, and the environment in which it finds its plugins and runs our programs. */
export interface Toolchain {
  engine: Engine;
  environment: Record<string, string>;
}

/** Finds or makes the engine, and builds the bundles it works with where they are not fresh. */
export async function openToolchain(session: Session, options: Omit<EnvironmentOptions, "engine">): Promise<Toolchain> {
  const phase = session.console.phase("Tool chain");
  const engine = await resolveEngine({ progress: (line) => session.console.note(line) });
  const environment = await engineEnvironment({ engine, ...options });
  phase.done(`Pulumi ${engine.version} (${engine.source})`);
  return { engine, environment };
}

/** The tool chain of `local`: our stand-in plugins, or the official ones where `CHITTYOPS_PLUGINS=official` asks for them. */
export function openLocalToolchain(session: Session): Promise<Toolchain> {
  return openToolchain(session, { plugins: process.env.CHITTYOPS_PLUGINS === "official" ? "official" : "stand-in" });
}

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
  const toolchain = await openLocalToolchain(session);
  const phase = session.console.phase("Embedded cloud");
  const embedded = await starting;
  phase.done(`${embedded.wasRunning ? "running" : "started"}, API on ${embedded.daemon.controlUrl}`);
  const { backend, environment, token } = await localEnvironment(session, target, toolchain, embedded);
  const supervision = supervise(session, toolchain.engine, { ...environment, ...mark });
  const automation = await openStack(target.stack, backend.projectDirectory, supervision, toolchain.engine.version);
  return {
    target,
    workDir: backend.projectDirectory,
    automation,
    supervision,
    backend,
    embedded,
    cloud: embeddedApi(embedded, token),
    ownsCloud: true,
  };
}

/** The environment in which the engine works on a stack of `local`; makes the stack where there is none. */
export async function localEnvironment(
  session: Session,
  target: StackTarget,
  toolchain: Toolchain,
  embedded: EmbeddedCloud,
): Promise<{ backend: LocalBackend; environment: Record<string, string>; token: string }> {
  const backend = localBackend(localPath(), target);
  ensureBackend(backend);
  const { account, zone, token } = placeOf(target, embedded);
  const environment = {
    ...baseEnvironment(),
    ...toolchain.environment,
    ...backendEnvironment(backend),
    CLOUDFLARE_BASE_URL: `${embedded.daemon.controlUrl}/client/v4`,
    CLOUDFLARE_API_TOKEN: token,
  };
  writeProject(backend, target, daemonConfiguration(embedded.daemon, account, zone));
  await ensureStack(supervise(session, toolchain.engine, environment), target, backend);
  return { backend, environment, token };
}

/** Makes an empty stack where there is none. */
export async function ensureStack(supervision: Supervision, target: StackTarget, backend: LocalBackend): Promise<void> {
  if (existsSync(backend.checkpointFile)) return;
  await pulumi(supervision, ["stack", "init", target.stack, "--no-select"], backend.projectDirectory);
}

/** Everything for work on a stack of a real environment, whose state is where `PULUMI_BACKEND_URL` says. */
export async function openRemoteStack(
  session: Session,
  target: StackTarget,
  mark: Record<string, string> = {},
): Promise<ReadyStack> {
  requireValidCatalog();
  const missing = remoteRequirements.filter(({ name }) => !process.env[name]);
  if (missing.length > 0) {
    throw new UserError(
      `The environment ${target.environment} needs settings that are not there: ${missing.map(({ name }) => name).join(", ")}.`,
      {
        details: missing.map(({ name, what }) => `${name}: ${what}`),
        remedy: `set them and run the same command again; without any credentials there is: npx chittyops preview -e ${target.environment} --offline`,
      },
    );
  }
  const { engine, environment } = await openToolchain(session, { plugins: "official", home: "user" });
  const supervision = supervise(session, engine, { ...ownEnvironment(), ...environment, ...mark });
  const automation = await openStack(target.stack, target.workDir, supervision, engine.version);
  const cloud = new Cloudflare({ apiToken: process.env.CLOUDFLARE_API_TOKEN ?? "" });
  return { target, workDir: target.workDir, automation, supervision, cloud, ownsCloud: false };
}

const remoteRequirements = [
  {
    name: "PULUMI_BACKEND_URL",
    what: "where the state is kept, e.g. https://api.pulumi.com, s3://bucket?region=auto&endpoint=<R2>, postgres://…",
  },
  { name: "CLOUDFLARE_API_TOKEN", what: "a token for the account; the least scopes are in SECURITY.md" },
];

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export function supervise(session: Session, engine: Engine, environment: Record<string, string>): Supervision {
  return { pulumi: engine.pulumi, environment, signal: session.signal, onInsist: session.onInsist };
}
