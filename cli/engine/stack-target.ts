import { existsSync } from "node:fs";
import { join } from "node:path";
import { type EnvironmentName, environmentNames, type FamilyName, families, familyNames } from "../../catalog/index.ts";
import { chittyopsHome, repositoryRoot } from "../../local/engine/home.ts";
import { exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";

/** One stack of one project. */
export interface StackTarget {
  family: FamilyName;
  environment: EnvironmentName;
  /** Pulumi project name. */
  project: string;
  /** Pulumi stack name: the environment's. */
  stack: string;
  /** Folder of the project's Pulumi.yaml. */
  workDir: string;
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

/** What a stack is called in messages, e.g. `chittyops/local`. */
export function stackName(target: StackTarget): string {
  return `${target.project}/${target.stack}`;
}

/** A file about a stack that outlives a run: `<home>/runs/<project>-<stack><suffix>`. */
export function runFile(target: StackTarget, suffix: string): string {
  return join(chittyopsHome(), "runs", `${target.project}-${target.stack}${suffix}`);
}

function familiesWithStack(): string[] {
  return familyNames.filter((name) => name === core || existsSync(join(repositoryRoot, "stacks", name, "Pulumi.yaml")));
}

function oneOf<Name extends string>(names: readonly Name[], given: string, what: string): Name {
  const found = names.find((name) => name === given);
  if (found) return found;
  throw new UserError(`There is no ${what} ${JSON.stringify(given)}.`, {
    expected: names.join(", "),
    exitCode: exitCode.usage,
  });
}
