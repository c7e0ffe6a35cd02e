import { z } from "zod";
import { compareVersions } from "./compare-versions.ts";

const event = z.looseObject({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
});

/** As much of an advisory of OSV as is needed (https://ossf.github.io/osv-schema/). */
export const advisory = z.looseObject({
  id: z.string().min(1),
  summary: z.string().optional(),
  withdrawn: z.string().optional(),
  affected: z
    .array(
      z.looseObject({
        package: z.looseObject({ ecosystem: z.string(), name: z.string() }).optional(),
        ranges: z.array(z.looseObject({ type: z.string(), events: z.array(event) })).default([]),
        versions: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  database_specific: z.looseObject({ severity: z.string().optional() }).optional(),
});
export type Advisory = z.output<typeof advisory>;

/** Whether an advisory is about this version of a package of npm. */
export function affects(
  { withdrawn, affected }: Advisory,
  { name, version }: { name: string; version: string },
): boolean {
  if (withdrawn !== undefined) return false;
  return affected.some(
    (part) =>
      part.package?.ecosystem === "npm" &&
      part.package.name === name &&
      (part.versions.includes(version) ||
        part.ranges.some(({ type, events }) => type === "SEMVER" && isWithin(version, events))),
  );
}

/** The events of a range in the order of versions say when it begins and ends. */
function isWithin(version: string, events: readonly z.output<typeof event>[]): boolean {
  const versionOf = ({ introduced, fixed, last_affected }: z.output<typeof event>) =>
    introduced ?? fixed ?? last_affected ?? "0";
  let within = false;
  for (const each of events.toSorted((a, b) => compareVersions(versionOf(a), versionOf(b)))) {
    const order = compareVersions(version, versionOf(each));
    if (each.introduced !== undefined && order >= 0) within = true;
    if (each.fixed !== undefined && order >= 0) within = false;
    if (each.last_affected !== undefined && order > 0) within = false;
  }
  return within;
}

const severities = { critical: "critical", high: "major", moderate: "minor", medium: "minor", low: "info" } as const;

/** What an advisory's own word for how bad it is means here; one that says nothing is taken for `minor`. */
export function severityOf({ database_specific }: Advisory): (typeof severities)[keyof typeof severities] {
  const word = database_specific?.severity?.toLowerCase() ?? "";
  return Object.entries(severities).find(([name]) => name === word)?.[1] ?? "minor";
}
