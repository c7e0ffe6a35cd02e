import { createHash } from "node:crypto";
import { z } from "zod";
import type { FamilyName } from "../../catalog/index.ts";
import { contractFingerprintVariable, contractVariable } from "../../contracts/contract-variable.ts";
import { type CoreOutputs, parseCoreOutputs } from "../../contracts/core-outputs.ts";
import { localPath } from "../../local/engine/home.ts";
import { readCheckpoint } from "../recovery/checkpoint.ts";
import type { Deployment } from "../recovery/deployment.ts";
import type { Session } from "../session.ts";
import { sideBySide } from "../side-by-side.ts";
import { UserError } from "../user-error.ts";
import { deploy } from "./deploy.ts";
import { localBackend } from "./local-backend.ts";
import type { LocalGround } from "./open-local-stack.ts";
import { openRemoteStack } from "./open-remote-stack.ts";
import type { ReadyStack } from "./ready-stack.ts";
import { contractTarget, familiesAfterCore, type StackTarget, stackName } from "./stack-target.ts";
import { exportState, readOutputs } from "./state.ts";
import { resourceName } from "./urn.ts";
import { withStack } from "./with-stack.ts";

const coreStack = z.object({ core: z.unknown(), enrolmentKeys: z.record(z.string(), z.string().min(32)) });

/** What core tells its families, and what that is known by. */
export interface Contracts {
  fingerprint: string;
  /** By family, for those of which something else is published or nothing. Secret. */
  toPublish: ReadonlyMap<FamilyName, CoreOutputs>;
}

/**
 * Finds what core's stack has for its families and is not published, and teaches the console the keys. Where everything is published
 * the engine is not even asked, since nothing has to be opened to tell.
 * @throws UserError where core has nothing for them
 */
export async function readContracts(session: Session, core: ReadyStack): Promise<Contracts> {
  const fingerprint = fingerprintOf((await exportState(core)).deployment);
  const stale: FamilyName[] = [];
  for (const family of familiesAfterCore()) {
    const target = contractTarget({ ...core.target, family });
    if ((await publishedFingerprint(session, target)) !== fingerprint) stale.push(family);
  }
  if (stale.length === 0) return { fingerprint, toPublish: new Map() };
  const parsed = coreStack.safeParse(await readOutputs(core));
  if (!parsed.success) {
    throw new UserError(`${stackName(core.target)} exports nothing for other families.`, {
      expected: "the outputs core and enrolmentKeys",
      remedy: `npx chittyops up -e ${core.target.environment}`,
    });
  }
  const { core: own, enrolmentKeys } = parsed.data;
  const shared = parseCoreOutputs(own, `organization/${stackName(core.target)}`);
  for (const key of Object.values(enrolmentKeys)) session.console.redactor.learn(key);
  const contractOf = (family: FamilyName): CoreOutputs => {
    const enrolmentKey = enrolmentKeys[family];
    if (enrolmentKey === undefined) throw new Error(`core has no key for ${family}`);
    return { ...shared, family, enrolmentKey };
  };
  return { fingerprint, toPublish: new Map(stale.map((family) => [family, contractOf(family)])) };
}

/** Brings the contract stacks of families to what core says. */
export async function publishContracts(
  session: Session,
  { fingerprint, toPublish }: Contracts,
  { environment }: StackTarget,
  { atOnce = 1, ...options }: { command: string; ground?: LocalGround | undefined; atOnce?: number },
): Promise<void> {
  await sideBySide([...toPublish], atOnce, async ([family, contract]) => {
    const target = contractTarget({ family, environment });
    const input = {
      environment: { [contractVariable]: JSON.stringify(contract), [contractFingerprintVariable]: fingerprint },
    };
    await withStack(session, { ...options, ...input, target, yes: true }, (ready, run) =>
      deploy(session, ready, run, stackName(target)),
    );
  });
}

/**
 * What core says to its families is known by what of it is no secret, and by when the keys were made. Their ciphertext is another one
 * after each update.
 */
function fingerprintOf({ resources }: Deployment): string {
  const outputs = resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  const { enrolmentKey: _, ...core } = (outputs.core ?? {}) as Record<string, unknown>;
  const keys = (resources ?? [])
    .filter(({ urn }) => resourceName(urn).startsWith("enrolment-key-"))
    .map(({ urn, created }) => [urn, created])
    .sort();
  return createHash("sha256")
    .update(JSON.stringify([core, keys]))
    .digest("hex");
}

/** What the contract that is published is known by; undefined where there is none. */
export async function publishedFingerprint(session: Session, target: StackTarget): Promise<unknown> {
  const resources = (await contractState(session, target)).resources ?? [];
  return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.fingerprint;
}

async function contractState(session: Session, target: StackTarget): Promise<Deployment> {
  if (target.environment !== "local") return (await exportState(await openRemoteStack(session, target))).deployment;
  const checkpoint = readCheckpoint(localBackend(localPath(), target).checkpointFile);
  return checkpoint.state === "sound" ? checkpoint.deployment : {};
}
