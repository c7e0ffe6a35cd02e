import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { planeOf } from "../ops/plane-client.ts";
import { environmentOption, stringOption } from "../options.ts";

export function opsCommand(): Command {
  return defineCommand({
    name: "ops",
    summary: "Where the operations plane is, and how to open its dashboard",
    description:
      "Prints the address of the operations plane. In `local` it also prints a link that signs a browser in for 12 hours; whoever has it is an administrator of this embedded cloud.",
    examples: [["npx chittyops ops", "the address, and in `local` a link to open"]],
    configure: environmentOption,
    async action(session, options) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const { url, publicKey, signInUrl } = await planeOf(session, environment);
      session.console.result({ url, publicKey, ...(signInUrl !== undefined && { signInUrl }) }, () =>
        signInUrl === undefined ? url : `${url}\nOpen ${signInUrl}`,
      );
      return undefined;
    },
  });
}
