import type Cloudflare from "cloudflare";
import { declaredFamilies, type EnvironmentName, type FamilyName, families } from "../../catalog/index.ts";
import { openLocalGround } from "../engine/open-local-stack.ts";
import { familiesAfterCore, type StackTarget, stackName, stackTarget, tenantTarget } from "../engine/stack-target.ts";
import { exportState } from "../engine/state.ts";
import { shortType } from "../engine/urn.ts";
import { openStackToLook } from "../engine/with-stack.ts";
import type { StateResource } from "../recovery/deployment.ts";
import type { Session } from "../session.ts";
import { TenantRecords } from "../tenants/tenant-records.ts";

/** What a stack holds. */
export interface StackState {
  family: FamilyName;
  resources: readonly StateResource[];
}

/** An account, and what the stacks that deploy to it hold. */
export interface AccountEstate {
  /** As the catalog calls it. */
  account: string;
  /** Its id and API; absent where no stack has deployed a Worker to it, so that its id is not known. */
  cloud?: { accountId: string; cloudflare: Cloudflare };
  stacks: StackState[];
}

/** The accounts of an environment with the states of all stacks of the catalog: core's, the families' and their tenants'. */
export async function accountEstates(session: Session, environment: EnvironmentName): Promise<AccountEstate[]> {
  const ground = environment === "local" ? await openLocalGround(session) : undefined;
  const estates = new Map<string, AccountEstate>();
  for (const target of targetsOf(environment)) {
    const ready = await openStackToLook(session, target, {}, ground);
    const { deployment } = await exportState(ready);
    const resources = deployment.resources ?? [];
    const { account } = families[target.family].places[environment];
    const estate = estates.get(account) ?? { account, stacks: [] };
    estates.set(account, estate);
    estate.stacks.push({ family: target.family, resources });
    const accountId = accountIdOf(resources);
    if (accountId === undefined) {
      session.console.note(
        `${stackName(target)} has deployed no Worker: its account is looked at as far as others say.`,
      );
    } else if (estate.cloud === undefined && ready.clouds !== undefined) {
      estate.cloud = { accountId, cloudflare: (await ready.clouds()).cloudflare };
    }
  }
  return [...estates.values()];
}

function targetsOf(environment: EnvironmentName): StackTarget[] {
  const ofFamilies = ["chittyos" as const, ...familiesAfterCore()].map((family) => stackTarget(family, environment));
  if (!declaredFamilies.includes("digital-dossier")) return ofFamilies;
  return [...ofFamilies, ...new TenantRecords(environment).present().map(({ id }) => tenantTarget(id, environment))];
}

function accountIdOf(resources: readonly StateResource[]): string | undefined {
  const ids = scriptsIn(resources).map(({ inputs }) => inputs?.accountId);
  return ids.find((id) => typeof id === "string");
}

export function scriptsIn(resources: readonly StateResource[]): StateResource[] {
  return resources.filter(({ type }) => shortType(type) === "WorkersScript");
}
