import type { Command } from "commander";
import {
  CatalogError,
  type CatalogProblem,
  declaredChildren,
  familyNames,
  formatProblems,
  resolve,
  services,
  validateCatalog,
  validateChildren,
} from "../../catalog/index.ts";
import { defineCommand, defineGroup } from "../command.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { exitCode } from "../exit-code.ts";
import { environmentOption, stringOption } from "../options.ts";
import { table } from "../output/table.ts";
import { UserError } from "../user-error.ts";

/** `chittyops catalog list|show|validate`: what exists, without asking any cloud. */
export function catalogCommand(): Command {
  return defineGroup("catalog", "What exists: services, stores, hosts", [list(), show(), validate()]);
}

function list(): Command {
  return defineCommand({
    name: "list",
    summary: "List the services of an environment",
    examples: [["npx chittyops catalog list -e prod", "every core service with its tier, hosting and host in prod"]],
    configure: (command) => environmentOption(command.argument("[family]", `one of ${familyNames.join(", ")}`)),
    async action({ console }, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const { services: resolved } = resolve(target.environment, target.family);
      const rows = resolved.map(({ name, tier, hosting, hosts, owner, dataClass }) => ({
        name,
        tier,
        hosting: hosting.kind,
        host: hosts[0] ?? "",
        owner,
        dataClass,
      }));
      console.result(rows, () =>
        table(
          ["SERVICE", "TIER", "HOSTING", "HOST", "OWNER", "DATA"],
          rows.map((row) => [row.name, String(row.tier), row.hosting, row.host, row.owner, row.dataClass]),
        ),
      );
      return undefined;
    },
  });
}

function show(): Command {
  return defineCommand({
    name: "show",
    summary: "Show one service as an environment gets it",
    examples: [["npx chittyops catalog show chittyfinance -e dev", "the complete specification for dev"]],
    configure: (command) => environmentOption(command.argument("<service>", "name of a service")),
    async action({ console }, options, [name = ""]) {
      const declared = services.find((service) => service.name === name);
      if (!declared) {
        throw new UserError(`The catalog has no service ${JSON.stringify(name)}.`, {
          expected: services.map((service) => service.name).join(", "),
          exitCode: exitCode.usage,
        });
      }
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const service = resolve(environment, declared.family).services.find((resolved) => resolved.name === name);
      // For people, too, the specification is data: nothing is left out of it.
      console.result(service, () => JSON.stringify(service, null, 2));
      return undefined;
    },
  });
}

function validate(): Command {
  return defineCommand({
    name: "validate",
    summary: "Find every mistake in the catalog at once",
    examples: [["npx chittyops catalog validate", "each problem with its file, its field and the remedy"]],
    async action({ console }) {
      const problems = catalogProblems();
      const counts = { services: services.length, apps: declaredChildren.length };
      console.result({ ...counts, problems }, () =>
        problems.length === 0
          ? `The catalog is sound: ${counts.services} services, ${counts.apps} apps of families.`
          : formatProblems(problems),
      );
      return problems.length === 0 ? exitCode.ok : exitCode.failed;
    },
  });
}

/** @throws CatalogError with every problem, before anything else is started for nothing. */
export function requireValidCatalog(): void {
  const problems = catalogProblems();
  if (problems.length > 0) throw new CatalogError(problems);
}

/** Of services and of apps of families. */
function catalogProblems(): CatalogProblem[] {
  return [...validateCatalog(), ...validateChildren()];
}
