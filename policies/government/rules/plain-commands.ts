import { secretText } from "../../baseline/rules/plain-secret.ts";
import { isRecord, Undetermined, unknown } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";

const allowed = ["node"];
const commands = ["create", "update", "delete"] as const;

/** What is wrong with one command. */
function* wrong(name: string, command: string): Generator<string> {
  const binary = command.trim().split(/\s+/)[0] ?? "";
  if (!allowed.includes(binary)) yield `${name} runs something else than ${allowed.join(", ")}`;
  if (/[;&|`<>\n]|\$\(/.test(command)) yield `${name} has a shell put commands together`;
  if (secretText.test(command)) yield `${name} has a secret in it`;
}

export const plainCommands = governmentRule({
  id: "government-plain-commands",
  title: "A command runs a program that is allowed, and is given no secret in plain",
  controls: ["CM-7(5)", "IA-5g"],
  cannotSee: "What the program does.",
  remedy: "Run one program of the repository with node, and give it secrets as secret inputs",
  kinds: ["Command"],
  scope: "stack",
  *check(node) {
    let open: string | undefined;
    const given = commands.flatMap((name) =>
      node.props[name] === undefined ? [] : [[name, node.props[name]] as const],
    );
    for (const [name, command] of given) {
      if (command === unknown) open = name;
      else if (typeof command === "string") yield* wrong(name, command);
    }
    if (node.props.interpreter !== undefined && node.props.interpreter !== null)
      yield "it names an interpreter of its own";
    const environment = isRecord(node.props.environment) ? node.props.environment : {};
    for (const [name, value] of Object.entries({ stdin: node.props.stdin, ...environment }))
      if (typeof value === "string" && secretText.test(value)) yield `${name} has a secret in it`;
    if (open !== undefined) throw new Undetermined(`${open} is not known yet`);
  },
});
