import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireValidCatalog } from "../commands/catalog.ts";
import type { Session } from "../session.ts";
import { baseEnvironment } from "./base-environment.ts";
import { backendEnvironment, ensureBackend, localBackend } from "./local-backend.ts";
import { ensureStack, type StackInput } from "./open-local-stack.ts";
import { writeProjectCopy } from "./project-copy.ts";
import type { ReadyStack } from "./ready-stack.ts";
import type { StackTarget } from "./stack-target.ts";
import { openToolchain, supervise } from "./toolchain.ts";
import { openStack } from "./workspace.ts";

/**
 * A stack of any environment as it would be, for a look at it: an empty state in a folder that is thrown away, the stand-in plugins, and
 * dummies (which the program marks) for ids and secrets. It needs no cloud: nothing exists yet that could be read.
 */
export async function openOfflineStack(
  session: Session,
  target: StackTarget,
  { values = {} }: StackInput = {},
): Promise<AsyncDisposable & { ready: ReadyStack }> {
  requireValidCatalog();
  const toolchain = await openToolchain(session, { plugins: "stand-in" });
  const folder = mkdtempSync(join(tmpdir(), "chittyops-offline-"));
  const backend = localBackend(folder, target);
  ensureBackend(backend);
  const environment = {
    ...baseEnvironment(),
    ...toolchain.environment,
    ...backendEnvironment(backend),
    CHITTYOPS_OFFLINE: "1",
  };
  const supervision = supervise(session, toolchain.engine, environment);
  writeProjectCopy(backend.project, target, { values });
  await ensureStack(supervision, target, backend);
  const workDir = backend.project.directory;
  const automation = await openStack(target.stack, workDir, supervision, toolchain.engine.version);
  return {
    ready: { target, workDir, automation, supervision, backend, ownsCloud: false },
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
