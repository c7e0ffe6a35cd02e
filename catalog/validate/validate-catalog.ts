import { catalogCheckedVariable } from "../../contracts/catalog-checked.ts";
import { services as declared } from "../declared-services.ts";
import { environmentNames } from "../environments.ts";
import { families, familyNames, isFamilyName } from "../families.ts";
import { isFields } from "../merge.ts";
import { allOf, type CatalogProblem, oneOf } from "../problems.ts";
import { kebabName } from "../schema/names.ts";
import { service as serviceSchema } from "../schema/service.ts";
import { type Surroundings, surroundings } from "../surroundings.ts";
import { checkBindingNames, checkBindings, checkOutputs } from "./bindings.ts";
import { type Candidate, fileOf, type Report, reporter } from "./candidate.ts";
import { checkDatabases } from "./databases.ts";
import { Findings } from "./findings.ts";
import { checkHosting } from "./hosting.ts";
import { renameOr } from "./nearest.ts";
import { checkOverrides } from "./overrides.ts";
import { claimsOf, clashes } from "./ownership.ts";
import { salvage } from "./salvage.ts";
import { checkSecrets, checkSecretsAcross } from "./secrets.ts";
import { unsharedStores } from "./shared-stores.ts";
import { describe, reportIssues } from "./structure.ts";
import { checkValues } from "./values.ts";

let ofDeclared: readonly CatalogProblem[] | undefined;

/**
 * Every problem of the catalog, or of any other list of services, whatever is in it: one mistake does not hide another.
 * Sorted by file; never quotes the value of a variable. The catalog itself is looked at once in a process, and not by a program that was told
 * that it has been.
 */
export function validateCatalog(services: readonly unknown[] = declared): CatalogProblem[] {
  if (services !== declared) return findProblems(services, undefined);
  if (process.env[catalogCheckedVariable] === "1") return [];
  ofDeclared ??= findProblems(services, process.env.CHITTYOPS_CATALOG || undefined);
  return [...ofDeclared];
}

/** `module`: where the services come from, if not from the files of the catalog. */
function findProblems(services: readonly unknown[], module: string | undefined): CatalogProblem[] {
  const problems: CatalogProblem[] = [];
  const candidates = services.flatMap((raw, index) => toCandidate(raw, fileOf(raw, index, module), index, problems));
  const first = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { name } = candidate.spec;
    if (first.has(name)) {
      reporter(candidate.file, problems)(
        "name",
        `a second service called ${name}`,
        "one service for each name",
        "Rename one.",
      );
    } else first.set(name, candidate);
  }
  const unique = [...first.values()];
  const known = candidates.map(({ spec }) => spec.name);
  const around = familyNames.flatMap((family) =>
    environmentNames.map((environment) =>
      surroundings(
        unique.map(({ spec }) => spec),
        environment,
        family,
      ),
    ),
  );
  const findings = new Findings(first);
  for (const here of around) checkEach(here, first, known, findings);
  checkOwnership(around, findings);
  for (const { service, field, key, environment, users } of unsharedStores(around)) {
    const [family] = around.filter(({ own }) => own.has(service)).map((here) => here.family);
    findings.report(service, { environment, family: family ?? "chittyos" })(
      field,
      `one ${key.split("/")[0]} store for ${allOf(users)}`,
      "a store of its own for each environment",
      "Let each have its own, or add shared: true if they are meant to meet in it.",
    );
  }
  problems.push(...findings.problems());
  checkSecretsAcross(unique, (candidate) => reporter(candidate.file, problems));
  return problems.sort((a, b) => (a.file === b.file ? 0 : a.file < b.file ? -1 : 1));
}

function toCandidate(raw: unknown, file: string, index: number, problems: CatalogProblem[]): Candidate[] {
  const report = reporter(file, problems);
  if (!isFields(raw)) {
    report("", describe(raw, ""), "a service", "Declare it with defineService.");
    return [];
  }
  const parsed = serviceSchema.safeParse(raw);
  if (!parsed.success) reportIssues(parsed.error.issues, raw, [], report);
  if (Array.isArray(raw.bindings)) checkBindingNames(raw.bindings, report);
  const isFamily = typeof raw.family === "string" && isFamilyName(raw.family);
  if (typeof raw.family === "string" && !isFamily) {
    report(
      "family",
      JSON.stringify(raw.family),
      oneOf(familyNames),
      renameOr(raw.family, familyNames, "Name one of them."),
    );
  }
  const name = kebabName.safeParse(raw.name).success ? String(raw.name) : `entry-${index + 1}`;
  const { spec, whole } = salvage({ ...raw, family: isFamily ? raw.family : "chittyos" }, name);
  return [{ file, raw, whole, spec: { ...spec, name, ...checkOverrides(raw, report) } }];
}

function checkEach(
  around: Surroundings,
  first: ReadonlyMap<string, Candidate>,
  known: readonly string[],
  findings: Findings,
): void {
  for (const merged of around.own.values()) {
    const report: Report = findings.report(merged.spec.name, around);
    checkValues(merged.spec, report);
    checkHosting(merged, around, report);
    checkBindings(merged, around, known, report);
    checkDatabases(merged, around, report);
    checkOutputs(merged, around, known, report);
    checkSecrets({ spec: merged.spec, whole: first.get(merged.spec.name)?.whole === true }, report);
  }
}

/** Looks at all families and environments together: what dev claims must not be prod's either. */
function checkOwnership(around: readonly Surroundings[], findings: Findings): void {
  for (const { first, claim } of clashes(around.flatMap(claimsOf))) {
    const where = [
      first.service === claim.service ? undefined : first.service,
      first.environment === claim.environment ? undefined : first.environment,
      first.family === claim.family ? undefined : families[first.family].title,
    ].filter((part) => part !== undefined);
    // Said in the words of the catalog where the same happens in each environment, so that it is said once.
    const thing = first.environment === claim.environment ? claim.declared : claim.thing;
    findings.report(claim.service, claim)(
      claim.field,
      `${thing}, which ${where.length === 0 ? "it" : where.join(" in ")} owns already (${first.field})`,
      "one owner",
      "Leave it to one of the two.",
    );
  }
}
