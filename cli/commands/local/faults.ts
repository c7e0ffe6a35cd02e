import type { Command } from "commander";
import { z } from "zod";
import { localAdmin } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { defineCommand, defineGroup } from "../../command.ts";
import { exitCode } from "../../exit-code.ts";
import { table } from "../../output/table.ts";
import { UserError } from "../../user-error.ts";

const fault = z.looseObject({
  id: z.string(),
  method: z.string().optional(),
  path: z.string().optional(),
  probability: z.number(),
  times: z.number().optional(),
  skip: z.number().optional(),
  action: z.looseObject({ type: z.string() }),
});
const faultList = z.object({ faults: z.array(fault) });

const home = () => ({ home: chittyopsHome() });

/** `chittyops local faults …`: rules by which the embedded cloud fails on purpose. */
export function faultsCommand(): Command {
  return defineGroup("faults", "Let the embedded cloud fail on purpose, by rules that last until it stops", [
    list(),
    add(),
    clear(),
  ]);
}

function list(): Command {
  return defineCommand({
    name: "list",
    summary: "List the rules in force",
    examples: [["npx chittyops local faults list", "each with its id and what it does"]],
    async action({ console }) {
      const { faults } = faultList.parse(await localAdmin(home(), "faults"));
      console.result(faults, () =>
        faults.length === 0
          ? "No rules."
          : table(
              ["ID", "METHOD", "PATH", "SHARE", "TIMES", "ACTION"],
              faults.map(({ id, method = "*", path = "*", probability, times, action }) => [
                id,
                method,
                path,
                String(probability),
                times === undefined ? "always" : String(times),
                JSON.stringify(action),
              ]),
            ),
      );
      return undefined;
    },
  });
}

function add(): Command {
  return defineCommand({
    name: "add",
    summary: "Add a rule, as JSON",
    description:
      "Adds a rule, as JSON: method and path (a star stands for anything) say which requests, probability, times and skip how many of them, action what happens: status (with status, retryAfter), latency (milliseconds), reset, lost-acknowledgement, truncated-body, exit (when: before or after).",
    examples: [
      [
        `npx chittyops local faults add '{"method":"POST","path":"*/storage/kv/namespaces","times":1,"action":{"type":"lost-acknowledgement"}}'`,
        "the next KV namespace is made, and whoever asked for it is not told",
      ],
    ],
    configure: (command) => command.argument("<rule>", "the rule"),
    async action({ console }, _options, [rule = ""]) {
      const added = fault.parse(await localAdmin(home(), "faults", { method: "POST", body: parse(rule) }));
      console.result(added, () => `Added ${added.id}.`);
      return undefined;
    },
  });
}

function clear(): Command {
  return defineCommand({
    name: "clear",
    summary: "Remove one rule, or all",
    examples: [["npx chittyops local faults clear", "the embedded cloud works as it should again"]],
    configure: (command) => command.argument("[id]", "the rule to remove; all without it"),
    async action({ console }, _options, [id]) {
      await localAdmin(home(), id === undefined ? "faults" : `faults/${encodeURIComponent(id)}`, { method: "DELETE" });
      console.result({ removed: id ?? "all" }, () => (id === undefined ? "Removed all rules." : `Removed ${id}.`));
      return undefined;
    },
  });
}

function parse(rule: string): unknown {
  try {
    return JSON.parse(rule);
  } catch (error) {
    throw new UserError(`The rule is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      expected: "an object as in the example of `npx chittyops local faults add --help`",
      exitCode: exitCode.usage,
      cause: error,
    });
  }
}
