import { exampleTenants } from "../../catalog/index.ts";
import type { LocalGround } from "../engine/open-local-stack.ts";
import type { Session } from "../session.ts";
import { assignOrganization } from "./assign-organization.ts";
import { openTenantGround, type TenantGround } from "./deploy-tenant.ts";
import { type FleetMember, fleetOf } from "./fleet.ts";
import { neonOrganizations } from "./neon-organizations.ts";
import { TenantRecords } from "./tenant-records.ts";

/** The tenants of `local`: the examples, unless somebody removed them, and those that were added. */
export async function localTenants(
  session: Session,
  ground: LocalGround,
): Promise<{ tenants: FleetMember[]; tenantGround: TenantGround }> {
  const records = new TenantRecords("local");
  const tenantGround = await openTenantGround(session, "local", ground);
  const organizations = neonOrganizations("local", ground.embedded.daemon);
  for (const example of exampleTenants("local")) {
    if (records.find(example.id)) continue;
    await records.add(example, (all) => assignOrganization(organizations, all));
  }
  return { tenants: await fleetOf(session, records.all(), tenantGround), tenantGround };
}
