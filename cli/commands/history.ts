import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { openStackToLook } from "../engine/with-stack.ts";
import { environmentOption, familyArgument, stringOption } from "../options.ts";
import { duration } from "../output/duration.ts";
import { table } from "../output/table.ts";
import { lastRelease } from "../policies/release-record.ts";

const shown = 20;

export function historyCommand(): Command {
  return defineCommand({
    name: "history",
    summary: "List the last updates of a stack",
    examples: [["npx chittyops history -e prod", `the last ${shown} updates, newest first`]],
    configure: (command) => environmentOption(familyArgument(command)),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const ready = await openStackToLook(session, target);
      const release = lastRelease(target);
      const updates = (await ready.automation.history(shown)).map(
        ({ kind, result, startTime, endTime, resourceChanges, message }, index) => ({
          kind,
          result,
          startedAt: startTime.toISOString(),
          milliseconds: endTime.getTime() - startTime.getTime(),
          changes: resourceChanges ?? {},
          message,
          // Of the last one only: it is what is there now.
          ...(index === 0 && release && { compliant: release.compliant, reasons: release.reasons }),
        }),
      );
      session.console.result(updates, () =>
        updates.length === 0
          ? "The stack has not been updated yet."
          : table(
              ["WHEN", "WHAT", "RESULT", "RULES", "TOOK", "CHANGES"],
              updates.map(({ startedAt, kind, result, compliant, milliseconds, changes }) => [
                startedAt,
                kind,
                result,
                compliant === undefined ? "" : compliant ? "kept" : "broken",
                duration(milliseconds),
                Object.entries(changes)
                  .map(([operation, count]) => `${count} ${operation}`)
                  .join(", "),
              ]),
            ),
      );
      return undefined;
    },
  });
}
