import { join } from "node:path";
import Cloudflare from "cloudflare";
import { buildArtifacts } from "../../local/engine/build.ts";
import type { Engine } from "../../local/engine/engine.ts";
import { engineEnvironment } from "../../local/engine/environment.ts";
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
  initStack,
  type LocalBackend,
  localBackend,
  writeConfiguration,
} from "./local-backend.ts";
import type { ReadyStack } from "./ready-stack.ts";
import type { StackTarget } from "./stack-target.ts";
import { pulumi, type Supervision, supervisedCommand } from "./supervised-command.ts";
import { openStack } from "./workspace.ts";

/** The engine and the bundles it works with. */
export async function openToolchain(session: Session): Promise<Engine> {
  const phase = session.console.phase("Tool chain");
  const [engine] = await Promise.all([
    resolveEngine({ progress: (line) => session.console.note(line) }),
    buildArtifacts(),
  ]);
  phase.done(`Pulumi ${engine.version} (${engine.source})`);
  return engine;
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
  const engine = await openToolchain(session);
  const phase = session.console.phase("Embedded cloud");
  const embedded = await ensureEmbeddedCloud(session);
  phase.done(`${embedded.wasRunning ? "running" : "started"}, API on ${embedded.daemon.controlUrl}`);
  const { backend, environment, token } = await localEnvironment(session, target, engine, embedded);
  const supervision: Supervision = { ...supervise(session, engine), environment: { ...environment, ...mark } };
  const automation = await openStack(target, supervisedCommand(supervision), engine.version);
  return { target, automation, supervision, backend, embedded, cloud: embeddedApi(embedded, token), ownsCloud: true };
}

/** The environment in which the engine works on a stack of `local`; makes the stack where there is none. */
export async function localEnvironment(
  session: Session,
  target: StackTarget,
  engine: Engine,
  embedded: EmbeddedCloud,
): Promise<{ backend: LocalBackend; environment: Record<string, string>; token: string }> {
  const backend = localBackend(localPath(), target);
  ensureBackend(backend);
  const { account, zone, token } = placeOf(target, embedded);
  const plugins = process.env.CHITTYOPS_PLUGINS === "official" ? "official" : "stand-in";
  const environment = {
    ...baseEnvironment(),
    ...(await engineEnvironment({ engine, plugins })),
    ...backendEnvironment(backend),
    CLOUDFLARE_BASE_URL: `${embedded.daemon.controlUrl}/client/v4`,
    CLOUDFLARE_API_TOKEN: token,
  };
  const supervision = { ...supervise(session, engine), environment };
  await initStack(target, backend, localPath("tmp"), (args, cwd) => pulumi(supervision, args, cwd));
  writeConfiguration(
    backend,
    join(target.workDir, `Pulumi.${target.stack}.yaml`),
    daemonConfiguration(embedded.daemon, account, zone),
  );
  return { backend, environment, token };
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
  const engine = await openToolchain(session);
  const environment = {
    ...ownEnvironment(),
    ...(await engineEnvironment({ engine, plugins: "official", home: "user" })),
    ...mark,
  };
  const supervision: Supervision = { ...supervise(session, engine), environment };
  const automation = await openStack(target, supervisedCommand(supervision), engine.version);
  const cloud = new Cloudflare({ apiToken: process.env.CLOUDFLARE_API_TOKEN ?? "" });
  return { target, automation, supervision, cloud, ownsCloud: false };
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

export function supervise(session: Session, engine: Engine): Omit<Supervision, "environment"> {
  return { pulumi: engine.pulumi, signal: session.signal, onInsist: session.onInsist };
}
