import { z } from "zod";
import { declaredChildren } from "../declared-services.ts";
import { environmentNames } from "../environments.ts";
import { families } from "../families.ts";
import { isFields } from "../merge.ts";
import type { CatalogProblem } from "../problems.ts";
import { type ChildSpec, child } from "../schema/child.ts";

/** Every problem of the apps of families, or of any other list of apps, whatever is in it. Never quotes more than the field that is wrong. */
export function validateChildren(specs: readonly unknown[] = declaredChildren): CatalogProblem[] {
  const parsed = specs.map((spec, index) => ({ file: fileOf(spec, index), spec, result: child.safeParse(spec) }));
  const sound = parsed.flatMap(({ file, spec, result }) => (result.success ? [{ file, spec: spec as ChildSpec }] : []));
  return [
    ...parsed.flatMap(({ file, spec, result }) =>
      (result.error?.issues ?? []).map(({ path, message }) => ({
        file,
        field: path.join(".") || "the app",
        found: shown(path.reduce<unknown>((value, key) => Object(value)[key], spec)),
        expected: message,
        remedy: "Correct it.",
      })),
    ),
    ...claimedTwice(parsed.flatMap(({ file, spec }) => identified(file, spec))),
    ...sound.flatMap(({ file, spec }) => [...sameLocation(file, spec), ...expiredBefore(file, spec)]),
  ];
}

/** What two apps may both claim; an app that is wrong in other ways claims it too. */
const identity = z.object({
  family: z.enum(["cook-county", "chitty-apps"]),
  id: z.string(),
  host: z.string(),
  court: z.object({ system: z.string() }).optional().catch(undefined),
});
type Identified = { file: string; spec: z.infer<typeof identity> };

function identified(file: string, spec: unknown): Identified[] {
  const { data } = identity.safeParse(spec);
  return data === undefined ? [] : [{ file, spec: data }];
}

function fileOf(spec: unknown, index: number): string {
  const id = isFields(spec) && typeof spec.id === "string" ? spec.id : undefined;
  return id === undefined ? `catalog/children, the app at ${index}` : `catalog/children/${id}.ts`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 200);
}

/** Ids, and hosts in any environment, that two apps have, or an app and what stands in for a court's system. */
function claimedTwice(specs: readonly Identified[]): CatalogProblem[] {
  const claims = specs.flatMap(({ file, spec: { family, id, host, court } }, index) => [
    { claim: `${family}/${id}`, field: "id", by: String(index), file },
    ...hostsOf(family, host).map((claim) => ({ claim, field: "host", by: String(index), file })),
    // Apps may well share a court's system.
    ...hostsOf(family, court && `${court.system}.{domain}`).map((claim) => {
      return { claim, field: "court.system", by: `system ${court?.system}`, file };
    }),
  ]);
  const alike = [...Map.groupBy(claims, ({ claim }) => claim).values()];
  return alike.flatMap((same) => {
    const claimants = new Set(same.map(({ by }) => by)).size;
    const last = same.at(-1);
    if (claimants < 2 || last === undefined) return [];
    const { file, field, claim } = last;
    const found = `${claim}, claimed by ${claimants} apps`;
    return [{ file, field, found, expected: "one of its own", remedy: "Give one of them another." }];
  });
}

function hostsOf(family: ChildSpec["family"], host: string | undefined): string[] {
  if (host === undefined) return [];
  return environmentNames.map((name) => host.replace("{domain}", families[family].places[name].domain));
}

/** A backup that the same disaster reaches is none. */
function sameLocation(file: string, spec: ChildSpec): CatalogProblem[] {
  if (spec.family !== "cook-county" || spec.records.location !== spec.records.backupLocation) return [];
  return [
    {
      file,
      field: "records.backupLocation",
      found: spec.records.backupLocation,
      expected: "another location than that of the records",
      remedy: "Name the other one.",
    },
  ];
}

function expiredBefore(file: string, { createdAt, expiresAt }: ChildSpec): CatalogProblem[] {
  if (expiresAt === undefined || Date.parse(expiresAt) > Date.parse(createdAt)) return [];
  return [
    {
      file,
      field: "expiresAt",
      found: expiresAt,
      expected: `a time after createdAt, ${createdAt}`,
      remedy: "Name a later one, or leave it out for an app that does not expire.",
    },
  ];
}
