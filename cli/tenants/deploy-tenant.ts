import type { EnvironmentName, TenantRecord } from "../../catalog/index.ts";
import { deploy } from "../engine/deploy.ts";
import { type LocalGround, openLocalGround } from "../engine/open-local-stack.ts";
import { publishedFingerprint } from "../engine/publish-contract.ts";
import { contractTarget, stackName, tenantTarget } from "../engine/stack-target.ts";
import type { UpdateLog } from "../engine/update-log.ts";
import { withStack } from "../engine/with-stack.ts";
import { approvePlan } from "../policies/approve-plan.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { releaseOf, type TenantProgram, tenantInput, tenantProgram } from "./tenant-stack.ts";

/** What work on tenants stands on. */
export interface TenantGround {
  environment: EnvironmentName;
  ground: LocalGround | undefined;
  program: TenantProgram;
}

/** @throws UserError where core has not told the family anything yet */
export async function openTenantGround(
  session: Session,
  environment: EnvironmentName,
  laid?: LocalGround,
): Promise<TenantGround> {
  const ground = laid ?? (environment === "local" ? await openLocalGround(session) : undefined);
  const target = contractTarget({ family: "digital-dossier", environment });
  const contract = await publishedFingerprint(session, target);
  if (typeof contract === "string") return { environment, ground, program: tenantProgram(contract) };
  throw new UserError(`${stackName(target)} publishes no contract, which every tenant's stack reads.`, {
    expected: "core's contract for digital-dossier",
    remedy: environment === "local" ? "npm start" : `npx chittyops up -e ${environment}`,
  });
}

/**
 * Brings the stack of a tenant to what its record says. In a real environment the rules are asked about the plan first, and deleting
 * something needs a confirmation.
 * @param options `ask`: whether somebody can be asked for one
 */
export async function deployTenant(
  session: Session,
  record: TenantRecord,
  { environment, ground, program }: TenantGround,
  { ask = true, ...options }: { command: string; yes: boolean; ask?: boolean },
): Promise<UpdateLog[]> {
  const target = tenantTarget(record.id, environment);
  const input = tenantInput(record, releaseOf(record, program));
  return withStack(session, { ...options, ...input, target, ground }, async (ready, run) => {
    if (!ready.ownsCloud) await approvePlan(session, ready, options.yes, ask);
    return deploy(session, ready, run, stackName(target));
  });
}
