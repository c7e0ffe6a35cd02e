import type { EnvironmentName } from "../../../catalog/index.ts";
import type { Session } from "../../session.ts";
import { openTenantGround, type TenantGround } from "../../tenants/deploy-tenant.ts";
import { type FleetMember, fleetOf } from "../../tenants/fleet.ts";
import { type FleetPlan, fleetPlan } from "../../tenants/fleet-plan.ts";
import { neonOrganizations } from "../../tenants/neon-organizations.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";

/** How every tenant of an environment stands, and what bringing all up would need. */
export async function plannedFleet(
  session: Session,
  environment: EnvironmentName,
): Promise<{ ground: TenantGround; members: FleetMember[]; plan: FleetPlan }> {
  const ground = await openTenantGround(session, environment);
  const records = new TenantRecords(environment).all();
  const members = await fleetOf(session, records, ground);
  const organizations = neonOrganizations(environment, ground.ground?.embedded.daemon);
  return { ground, members, plan: fleetPlan(members, organizations, records, Date.now()) };
}
