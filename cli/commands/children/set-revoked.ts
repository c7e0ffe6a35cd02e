import type { Command } from "commander";
import { childName, childRecord } from "../../../contracts/ops-sync.ts";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { exitCode } from "../../exit-code.ts";
import { planeOf } from "../../ops/plane-client.ts";
import { environmentOption, flag, stringOption, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import { UserError } from "../../user-error.ts";

export function revokeCommand(): Command {
  return setRevokedCommand("revoke", "Take nothing of a child any more, whatever it signs");
}

export function restoreCommand(): Command {
  return setRevokedCommand("restore", "Take a revoked child in again");
}

function setRevokedCommand(name: "revoke" | "restore", summary: string): Command {
  return defineCommand({
    name,
    summary,
    examples: [[`npx chittyops children ${name} chitty-apps/habits`, `${name}s one child`]],
    configure: (command) =>
      yesOption(environmentOption(command)).argument("<child>", "its family and name, e.g. chitty-apps/habits"),
    async action(session, options, [given = ""]) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const [family, child, ...rest] = given.split("/");
      const named = childName.safeParse({ family, child });
      if (!named.success || rest.length > 0) {
        throw new UserError(`${given} is no child.`, {
          expected: "<family>/<child>, e.g. chitty-apps/habits",
          remedy: "npx chittyops children list",
          exitCode: exitCode.usage,
        });
      }
      if (name === "revoke") {
        const consequence = `${given} is refused from now on: no tick, no configuration, no security update.`;
        await confirm(session.console, { consequence, word: named.data.child, yes: flag(options, "yes") });
      }
      const plane = await planeOf(session, environment);
      const path = `/api/v1/children/${named.data.family}/${named.data.child}/${name}`;
      const record = await plane.send("POST", path, {}, childRecord);
      session.console.result(record, () => `${given} is ${record.condition}.`);
      return undefined;
    },
  });
}
