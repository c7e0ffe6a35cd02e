import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type EnvironmentName, families } from "../../catalog/index.ts";
import type { LocalDaemon, LocalTokens } from "../../contracts/local.ts";
import { tenantTarget } from "../engine/stack-target.ts";
import { UserError } from "../user-error.ts";
import { type NeonOrganization, projectsOfPlan } from "./assign-organization.ts";

/** The setting of a stack's configuration that says which one its databases are in. */
export const neonOrganizationSetting = "chittyops:neonOrganization";

const organization = z.union([
  z.strictObject({ id: z.string().regex(/^org-[a-z0-9-]+$/), projects: z.int().min(1) }),
  z.strictObject({ name: z.string().regex(/^[a-z0-9-]+$/), projects: z.int().min(1).optional() }),
]);
const configuration = z.object({
  config: z.looseObject({ "chittyops:neonOrganizations": z.array(organization).default([]) }).default({
    "chittyops:neonOrganizations": [],
  }),
});

/** What a tenants' configuration says: an id, or in `local`, where ids are made at the first start, a name. */
type Configured = z.infer<typeof organization>;

/**
 * The Neon organizations that tenants' projects may be in, in the order in which they are filled, as the tenants' configuration
 * (`chittyops:neonOrganizations`) names them.
 *
 * @param cloud of `local`: the embedded one, which says what the named ones are
 * @throws UserError where the configuration cannot be read, or names one that is not there
 */
export function neonOrganizations(
  environment: EnvironmentName,
  cloud: Pick<LocalDaemon, "neonOrganizations"> | undefined,
  file = configurationFile(environment),
): NeonOrganization[] {
  return configured(file).map((one) => {
    if ("id" in one) return one;
    const { name, projects } = one;
    const found = cloud?.neonOrganizations.find((known) => known.name === name);
    if (found !== undefined) return { id: found.id, projects: projects ?? projectsOfPlan[found.plan] };
    const known = (cloud?.neonOrganizations ?? []).map((each) => each.name).join(", ");
    throw new UserError(`${file}: chittyops:neonOrganizations names ${JSON.stringify(name)}, which is not there.`, {
      expected:
        environment === "local"
          ? `one of ${known}`
          : "ids, with how many projects each may have: names are of local only",
      remedy: environment === "local" ? "npx chittyops local stop, and start again: it is made then" : "correct it",
    });
  });
}

/** The organizations that the embedded cloud is to have: one for each account, and those that the tenants' configuration names. */
export function localOrganizations(file = configurationFile("local")): { name: string }[] {
  const accounts = Object.values(families).map(({ places }) => places.local.account);
  const named = configured(file).flatMap((one) => ("name" in one ? [one.name] : []));
  return [...new Set([...accounts, ...named])].map((name) => ({ name }));
}

/** The key of the organization that a tenant's project is in; undefined where it is in none of its own. */
export function localNeonKey(
  organization: string | undefined,
  { daemon, tokens }: { daemon: Pick<LocalDaemon, "neonOrganizations">; tokens: Pick<LocalTokens, "neon"> },
): string | undefined {
  const name = daemon.neonOrganizations.find(({ id }) => id === organization)?.name;
  return name === undefined ? undefined : tokens.neon[name];
}

/** The key of an organization: `NEON_API_KEY_<its id in capitals>`, or `NEON_API_KEY` where that is good for all. Empty where there is none. */
export function neonKey(organization: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const own = organization && environment[`NEON_API_KEY_${organization.toUpperCase().replaceAll("-", "_")}`];
  return own || environment.NEON_API_KEY || "";
}

function configurationFile(environment: EnvironmentName): string {
  const instead = environment === "local" ? undefined : process.env.PULUMI_OPTION_CONFIG_FILE;
  return instead ?? join(tenantTarget("any", environment).workDir, `Pulumi.${environment}.yaml`);
}

function configured(file: string): Configured[] {
  const refused = (details: string[]) =>
    new UserError(`${file}: chittyops:neonOrganizations cannot be read.`, {
      details,
      expected: "a list such as [{ id: org-quiet-river-12345678, projects: 1000 }]",
      remedy: "correct it",
    });
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw refused([error instanceof Error ? error.message : String(error)]);
  }
  const parsed = configuration.safeParse(content);
  if (!parsed.success) {
    throw refused(parsed.error.issues.map(({ path, message }) => `${path.slice(1).join(".")}: ${message}`));
  }
  return parsed.data.config["chittyops:neonOrganizations"];
}
