import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  declaredFamilies,
  type EnvironmentName,
  environmentNames,
  type FamilyName,
  families,
  familyNames,
} from "../../catalog/index.ts";
import { chittyopsHome, repositoryRoot } from "../../local/engine/home.ts";
import { exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";

/** One stack of one project. */
export interface StackTarget {
  family: FamilyName;
  environment: EnvironmentName;
  /** Pulumi project name. */
  project: string;
  /** Pulumi stack name: the environment's, where the project has one stack for each environment. */
  stack: string;
  /** Folder of the project's Pulumi.yaml, and of the configuration of each environment. */
  workDir: string;
  /** Of the stack of one tenant. */
  tenant?: string;
}

const core: FamilyName = "chittyos";

/**
 * The stack a command line names.
 * @throws UserError (usage) naming what there is, when there is no such environment or family, or the family has no stack.
 */
export function stackTarget(family: string = core, environment: string = "local"): StackTarget {
  const env = oneOf(environmentNames, environment, "environment");
  const name = oneOf(familyNames, family, "family");
  const workDir = name === core ? repositoryRoot : join(repositoryRoot, "stacks", name);
  if (!existsSync(join(workDir, "Pulumi.yaml"))) {
    throw new UserError(`The family ${name} (${families[name].title}) has no stack.`, {
      expected: `a family with one: ${familiesWithStack().join(", ")}`,
      exitCode: exitCode.usage,
    });
  }
  const project = name === core ? "chittyops" : `chittyops-${name}`;
  return { family: name, environment: env, project, stack: env, workDir };
}

/** The stack with what core tells a family, which nobody but the family's own stacks and core's operators open. */
export function contractTarget({ family, environment }: Pick<StackTarget, "family" | "environment">): StackTarget {
  const workDir = join(repositoryRoot, "stacks", "contract");
  return { family, environment, project: "chittyops-contract", stack: `${environment}-${family}`, workDir };
}

/** The stack of one tenant of a family. */
export function tenantTarget(tenant: string, environment: string = "local"): StackTarget {
  const env = oneOf(environmentNames, environment, "environment");
  const family = "digital-dossier";
  const project = `chittyops-${family}-tenant`;
  const workDir = join(repositoryRoot, "stacks", `${family}-tenant`);
  return { family, environment: env, project, stack: `${env}-${tenant}`, workDir, tenant };
}

export function isCore({ project }: StackTarget): boolean {
  return project === "chittyops";
}

/** What a stack is called in messages, e.g. `chittyops/local`. */
export function stackName(target: StackTarget): string {
  return `${target.project}/${target.stack}`;
}

/** A file about a stack that outlives a run: `<home>/runs/<project>-<stack><suffix>`. */
export function runFile(target: StackTarget, suffix: string): string {
  return join(chittyopsHome(), "runs", `${target.project}-${target.stack}${suffix}`);
}

/** The families that have a stack, core's first. */
export function familiesWithStack(): FamilyName[] {
  return familyNames.filter((name) => name === core || existsSync(join(repositoryRoot, "stacks", name, "Pulumi.yaml")));
}

/** Those whose stacks come after core's in this catalog. */
export function familiesAfterCore(): FamilyName[] {
  return familiesWithStack().filter((name) => name !== core && declaredFamilies.includes(name));
}

function oneOf<Name extends string>(names: readonly Name[], given: string, what: string): Name {
  const found = names.find((name) => name === given);
  if (found) return found;
  throw new UserError(`There is no ${what} ${JSON.stringify(given)}.`, {
    expected: names.join(", "),
    exitCode: exitCode.usage,
  });
}
