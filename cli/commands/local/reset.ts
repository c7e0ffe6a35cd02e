import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { resetDaemon } from "../../../local/cloud/client.ts";
import { chittyopsHome, localPath } from "../../../local/engine/home.ts";
import { defineCommand } from "../../command.ts";
import { copiesFolder } from "../../engine/exclusively.ts";
import { localBackend } from "../../engine/local-backend.ts";
import { runFile, stackTarget } from "../../engine/stack-target.ts";
import { clearBackendLocks } from "../../locks/clear-backend-locks.ts";
import { acquireCommandLock } from "../../locks/command-lock.ts";
import { flag, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import { UserError } from "../../user-error.ts";

export function resetCommand(): Command {
  return defineCommand({
    name: "reset",
    summary: "Start over: set the embedded cloud's data and the local state aside",
    description:
      "Starts over: stops the embedded cloud and sets its data and the state of `local` aside. The copies are named and can be deleted.",
    examples: [["npx chittyops local reset && npm start", "the estate anew, from nothing"]],
    configure: yesOption,
    async action(session, options) {
      const target = stackTarget();
      const yes = flag(options, "yes");
      using _lock = await acquireCommandLock({
        file: runFile(target, ".lock"),
        command: "local reset",
        onWait: (owner) => {
          throw new UserError(
            `\`chittyops ${owner?.command ?? "another command"}\` (pid ${owner?.pid ?? "unknown"}) is at work.`,
            {
              remedy: "wait until it has ended, or end it, and run the same command again",
            },
          );
        },
      });
      const backend = localBackend(localPath(), target);
      await confirm(session.console, {
        consequence: "This sets aside everything in the embedded cloud and the state of local.",
        word: "reset",
        yes,
      });
      await clearBackendLocks(session.console, { ...backend, project: target.project, stack: target.stack, yes: true });
      const copies: string[] = [];
      const { copy } = await resetDaemon({ home: chittyopsHome() });
      if (copy) copies.push(copy);
      const state = setStateAside();
      if (state) copies.push(state);
      rmSync(runFile(target, ".run.json"), { force: true });
      session.console.result({ copies }, () =>
        copies.length === 0
          ? "There was nothing to reset."
          : `Set aside:\n${copies.map((path) => `  ${path}`).join("\n")}`,
      );
      return undefined;
    },
  });
}

/** Moves the state with its passphrase and configuration, since none is of use without the others. */
function setStateAside(): string | undefined {
  const parts = ["state", "passphrase", "projects"].filter((name) => existsSync(localPath(name)));
  if (parts.length === 0) return undefined;
  const folder = join(copiesFolder(), `local-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of parts) renameSync(localPath(name), join(folder, name));
  return folder;
}
