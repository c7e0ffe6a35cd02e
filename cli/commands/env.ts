import type { Command } from "commander";
import { ensureEmbeddedCloud } from "../cloud/embedded.ts";
import { defineCommand } from "../command.ts";
import { baseEnvironment } from "../engine/base-environment.ts";
import { localEnvironment } from "../engine/open-local-stack.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { openToolchain } from "../engine/toolchain.ts";
import { familyArgument } from "../options.ts";
import { requireValidCatalog } from "./catalog.ts";

export function envCommand(): Command {
  return defineCommand({
    name: "env",
    summary: "Print what a shell needs to run `pulumi` by hand on `local`",
    description:
      "Prints shell exports: the engine and its plugins, a private PULUMI_HOME, the local backend with its passphrase and configuration, the embedded cloud with its token. It starts the embedded cloud if it does not run.",
    examples: [
      [
        'eval "$(npx chittyops env)" && pulumi preview -s local',
        "the engine itself, on the stack that `npm start` made",
      ],
    ],
    configure: familyArgument,
    async action(session, _options, [family]) {
      requireValidCatalog();
      const toolchain = await openToolchain(session, { plugins: "stand-in" });
      const embedded = await ensureEmbeddedCloud(session);
      const { environment, backend } = await localEnvironment(session, stackTarget(family), toolchain, embedded);
      const inherited = baseEnvironment();
      // The engine finds the project and its generated configuration wherever it is called.
      const complete = { ...environment, PULUMI_OPTION_CWD: backend.project.directory };
      const added = Object.fromEntries(Object.entries(complete).filter(([name, value]) => inherited[name] !== value));
      // The one command whose answer holds a secret, the token of the embedded cloud: it is what was asked for.
      session.console.raw(session.console.json ? `${JSON.stringify(added, null, 2)}\n` : shellExports(added));
      return undefined;
    },
  });
}

/** POSIX shell; a value in single quotes is taken as it is. */
function shellExports(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join("");
}
