import type { Project, ProjectListItem } from "@neondatabase/api-client";
import { projectsLike } from "../../providers/neon/paging.ts";
import { UserError } from "../user-error.ts";
import type { Clouds } from "./clouds.ts";

/** How much of what Neon limits is used, what a plan adds, and when it runs out if it goes on like this. */
export interface NeonLimit {
  /** e.g. `projects`, or `compute hours of finance-prod`. */
  what: string;
  used: number;
  needed: number;
  limit: number;
  /** ISO 8601: when the limit is met at the pace so far; absent where nothing grows. */
  metOn?: string;
}

/** Type of the resource that counts against the limit of projects. */
export const neonProject = "neon:index:Project";

const day = 24 * 3600 * 1000;
/** New projects are counted over this time, in milliseconds. */
const paceOver = 90 * day;

/**
 * What a plan that makes `newProjects` needs of an organization's limits: projects, branches of each project, compute hours of those that have
 * a quota.
 */
export async function neonLimits(
  { neon }: Clouds,
  { newProjects, now = Date.now(), signal }: { newProjects: number; now?: number; signal: AbortSignal },
): Promise<NeonLimit[]> {
  const account = await neon.call("getCurrentUserInfo", [], signal);
  const projects: ProjectListItem[] = [];
  for await (const project of projectsLike(neon, "", undefined, signal)) projects.push(project);
  const recent = projects.filter(({ created_at }) => Date.parse(created_at) > now - paceOver).length + newProjects;
  const counted: NeonLimit = {
    what: "projects",
    used: projects.length,
    needed: newProjects,
    limit: account.projects_limit,
    ...met(account.projects_limit - projects.length - newProjects, recent / paceOver, now),
  };
  const most = account.branches_limit;
  const each = await Promise.all(projects.map((project) => limitsOf(project, { neon, most, now, signal })));
  return [counted, ...each.flat()].sort(soonest);
}

/** Of one project: branches where half of them are used, and the compute hours of its quota. */
async function limitsOf(
  project: ProjectListItem,
  { neon, most, now, signal }: { neon: Clouds["neon"]; most: number; now: number; signal: AbortSignal },
): Promise<NeonLimit[]> {
  const quota = project.settings?.quota?.compute_time_seconds ?? 0;
  const [{ count }, shown] = await Promise.all([
    neon.call("countProjectBranches", [{ projectId: project.id }], signal),
    quota > 0 ? neon.call("getProject", [project.id], signal) : undefined,
  ]);
  const branches = { what: `branches of ${project.name}`, used: count, needed: 0, limit: most };
  return [...(count * 2 > most ? [branches] : []), ...(shown ? [computeHours(shown.project, quota, now)] : [])];
}

/** @throws UserError when a plan needs more than there is. */
export function requireRoom(limits: readonly NeonLimit[]): void {
  const over = limits.filter(({ used, needed, limit }) => needed > 0 && used + needed > limit);
  if (over.length === 0) return;
  throw new UserError("The plan needs more than Neon allows, and nothing was made.", {
    details: over.map(
      ({ what, used, needed, limit }) => `${what}: ${used} of ${limit} are used, and ${needed} more are needed`,
    ),
    expected: "room for everything that is to be made",
    remedy:
      "have the limit raised, delete projects that nobody uses, or name another organization (chittyops:neonOrganization)",
  });
}

/** e.g. `Neon projects: 9 of 1000, 3 to make; the limit is met on 2027-03-01 at this pace`. */
export function describeLimit({ what, used, needed, limit, metOn }: NeonLimit): string {
  const more = needed > 0 ? `, ${needed} to make` : "";
  const when = metOn === undefined ? "" : `; the limit is met on ${metOn.slice(0, 10)} at this pace`;
  return `Neon ${what}: ${round(used)} of ${round(limit)}${more}${when}`;
}

/** Of a project with a quota in seconds, in this billing period. */
function computeHours(
  { name, compute_time_seconds: used, consumption_period_start }: Project,
  quota: number,
  now: number,
): NeonLimit {
  const since = now - Date.parse(consumption_period_start);
  const hour = 3600;
  return {
    what: `compute hours of ${name} in this period`,
    used: used / hour,
    needed: 0,
    limit: quota / hour,
    ...met(quota - used, since > 0 ? used / since : 0, now),
  };
}

function met(left: number, perMillisecond: number, now: number): { metOn?: string } {
  if (perMillisecond <= 0) return {};
  const at = now + Math.max(0, left) / perMillisecond;
  // Beyond what a date can hold nobody plans.
  return at < now + 36_500 * day ? { metOn: new Date(at).toISOString() } : {};
}

function soonest(a: NeonLimit, b: NeonLimit): number {
  return (a.metOn ?? "9999").localeCompare(b.metOn ?? "9999");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
