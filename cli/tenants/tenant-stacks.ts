import type { TenantRecord } from "../../catalog/index.ts";
import { type TenantRelease, tenantRelease } from "../../contracts/tenant-output.ts";
import { childrenOf, type DeployedChild } from "../cloud/child-status.ts";
import { readDeployment } from "../engine/read-deployment.ts";
import { tenantTarget } from "../engine/stack-target.ts";
import type { Session } from "../session.ts";
import type { TenantGround } from "./deploy-tenant.ts";

/** What the state of a tenant's stack says. */
export interface TenantState {
  release: TenantRelease | undefined;
  child: DeployedChild | undefined;
  /** Whether the last update left nothing open. */
  settled: boolean;
}

/** Reads the state of a tenant's stack. */
export async function tenantState(
  session: Session,
  { id }: TenantRecord,
  { environment, ground }: Pick<TenantGround, "environment" | "ground">,
): Promise<TenantState> {
  const deployment = await readDeployment(session, tenantTarget(id, environment), ground);
  const stack = deployment.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  return {
    release: tenantRelease.safeParse(stack?.outputs?.release).data,
    child: childrenOf(deployment).get(id),
    settled: (deployment.pending_operations ?? []).length === 0,
  };
}
