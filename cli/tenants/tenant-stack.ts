import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentName, TenantRecord } from "../../catalog/index.ts";
import { liteChildBundle } from "../../contracts/lite-child.ts";
import type { TenantRelease } from "../../contracts/tenant-output.ts";
import { repositoryRoot } from "../../local/engine/home.ts";
import type { StackInput } from "../engine/open-local-stack.ts";
import { type StackTarget, tenantTarget } from "../engine/stack-target.ts";
import { neonOrganizationSetting } from "./neon-organizations.ts";

/** What everything that a tenant's stack is made of comes to, its record apart. */
export interface TenantProgram {
  /** sha256 of the code at the edge. */
  bundle: string;
  /** sha256 of the contract that it reads. */
  contract: string;
  /** sha256 of the program's sources. */
  sources: string;
}

export function tenantProgram(contract: string): TenantProgram {
  const files = globSync(
    ["{catalog,components,contracts,stacks/shared,stacks/digital-dossier-tenant,providers/neon/sdk}/**/*.ts"],
    { cwd: repositoryRoot },
  );
  const sources = createHash("sha256");
  for (const file of files.filter((name) => !/\.test\.ts$|\/testing\//.test(name)).sort()) {
    sources
      .update(`${file}\0`)
      .update(readFileSync(join(repositoryRoot, file)))
      .update("\0");
  }
  const bundle = join(repositoryRoot, liteChildBundle);
  return {
    bundle: existsSync(bundle) ? createHash("sha256").update(readFileSync(bundle)).digest("hex") : "",
    contract,
    sources: sources.digest("hex"),
  };
}

/** What a tenant's stack would be if it was brought up now. */
export function releaseOf(record: TenantRecord, program: TenantProgram): TenantRelease {
  // Where its data was exported to says nothing about what runs.
  const { exported: _exported, ...running } = record;
  const digest = createHash("sha256")
    .update(JSON.stringify([running, program]))
    .digest("hex");
  return { version: program.bundle.slice(0, 8), digest };
}

/** What the program of a tenant's stack is given. */
export function tenantInput(record: TenantRecord, release: TenantRelease): StackInput {
  const { exported: _exported, ...running } = record;
  return {
    values: {
      "chittyops:tenant": JSON.stringify(running),
      "chittyops:release": JSON.stringify(release),
      ...(record.neonOrganization !== undefined && { [neonOrganizationSetting]: record.neonOrganization }),
    },
  };
}

/** The stack of a tenant as a look at its plan needs it. What it would be a release of does not matter: nothing is made. */
export function plannedTenant(
  record: TenantRecord,
  environment: EnvironmentName,
): StackInput & { target: StackTarget } {
  return { target: tenantTarget(record.id, environment), ...tenantInput(record, { version: "", digest: "" }) };
}
