import type { TenantRecord } from "../../catalog/index.ts";
import { UserError } from "../user-error.ts";

/** A Neon organization that tenants' projects may be in, and how many its plan allows. */
export interface NeonOrganization {
  id: string;
  projects: number;
}

/** Projects by plan: https://neon.com/docs/introduction/plans */
export const projectsOfPlan = { free: 100, launch: 100, scale: 1_000 } as const;

/** How many tenants each organization has; those that were removed have no project any more. */
function usage(organizations: readonly NeonOrganization[], tenants: readonly TenantRecord[]) {
  return organizations.map(({ id, projects }) => {
    const used = tenants.filter((one) => one.neonOrganization === id && one.status !== "deprovisioned").length;
    return { id, projects, used, free: projects - used };
  });
}

/**
 * The organization of the next tenant: the first that has room, so that one is full before the next is begun. An assignment is recorded, and
 * never changes: a project cannot move.
 * @throws UserError when all are full
 */
export function assignOrganization(
  organizations: readonly NeonOrganization[],
  tenants: readonly TenantRecord[],
): string | undefined {
  if (organizations.length === 0) return undefined;
  const used = usage(organizations, tenants);
  const next = used.find(({ free }) => free > 0);
  if (next !== undefined) return next.id;
  throw new UserError("Every Neon organization has as many projects as its plan allows.", {
    details: used.map(({ id, projects, used: count }) => `${id}: ${count} of ${projects}`),
    expected: "room for one more project",
    remedy: "make another organization and add it to chittyops:neonOrganizations of the tenants' configuration",
  });
}

export interface OrganizationForecast {
  /** Projects that can still be made in all organizations. */
  free: number;
  /** ISO 8601: when another organization is needed if tenants go on coming as in the last 90 days; absent where none came. */
  neededOn?: string;
  organizations: { id: string; used: number; projects: number }[];
}

const day = 24 * 3600 * 1000;
const paceOver = 90 * day;

/** When the next organization is needed. */
export function forecastOrganizations(
  organizations: readonly NeonOrganization[],
  tenants: readonly TenantRecord[],
  now: number,
): OrganizationForecast {
  const used = usage(organizations, tenants);
  const free = used.reduce((sum, one) => sum + Math.max(0, one.free), 0);
  const recent = tenants.filter(({ createdAt }) => Date.parse(createdAt) > now - paceOver).length;
  const neededAt = now + free / (recent / paceOver || Number.NaN);
  return {
    free,
    ...(recent > 0 && neededAt < now + 36_500 * day && { neededOn: new Date(neededAt).toISOString() }),
    organizations: used.map(({ id, used: count, projects }) => ({ id, used: count, projects })),
  };
}

export function describeForecast({ free, neededOn, organizations }: OrganizationForecast): string {
  const when =
    neededOn === undefined ? "" : `; another organization is needed on ${neededOn.slice(0, 10)} at this pace`;
  const each = organizations.map(({ id, used, projects }) => `${id} ${used} of ${projects}`).join(", ");
  return `Neon organizations: ${each}. Room for ${free} more${when}.`;
}
