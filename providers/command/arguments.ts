import type { Problem } from "../kit/check.ts";
import type { Shape } from "../kit/shape.ts";
import { isJsonMap, type Json, type JsonMap, type ValueMap } from "../kit/value.ts";
import type { Execution } from "./execute.ts";

const text = { type: "string" } as const;
const texts = { type: "list", items: text } as const;

/** Arguments that the resource and the function share. */
export const commonShape: Shape = {
  addPreviousOutputInEnv: { type: "boolean" },
  archivePaths: texts,
  assetPaths: texts,
  dir: text,
  environment: { type: "map", items: text },
  interpreter: texts,
  logging: text,
  stdin: text,
};

const loggings = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** Finds what the shape cannot say. */
export function checkArguments(inputs: ValueMap): Problem[] {
  const problems: Problem[] = [];
  for (const name of ["assetPaths", "archivePaths"]) {
    if ((inputs[name] ?? null) !== null) {
      problems.push({
        path: [name],
        reason: "is not supported by the built-in command plugin; read the files instead",
      });
    }
  }
  if (typeof inputs.logging === "string" && !loggings.includes(inputs.logging)) {
    problems.push({ path: ["logging"], reason: `must be one of ${loggings.join(", ")}` });
  }
  if (Array.isArray(inputs.interpreter) && inputs.interpreter.length === 0) {
    problems.push({ path: ["interpreter"], reason: 'must name a program; leave it out for ["/bin/sh", "-c"]' });
  }
  return problems;
}

/** What to run: the given command with these arguments, and what an earlier run printed in its environment. */
export function executionOf(command: string, inputs: JsonMap, previous: JsonMap): Execution {
  const { logging } = inputs;
  const logs = (stream: string) => logging === undefined || logging === stream || logging === "stdoutAndStderr";
  return {
    command,
    interpreter: strings(inputs.interpreter) ?? ["/bin/sh", "-c"],
    dir: typeof inputs.dir === "string" ? inputs.dir : undefined,
    environment: { ...environmentOf(inputs.environment), ...previousOutput(inputs, previous) },
    stdin: typeof inputs.stdin === "string" ? inputs.stdin : undefined,
    logStdout: logs("stdout"),
    logStderr: logs("stderr"),
  };
}

function previousOutput(inputs: JsonMap, previous: JsonMap): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  const { stdout, stderr } = previous;
  return {
    ...(typeof stdout === "string" && stdout !== "" ? { PULUMI_COMMAND_STDOUT: stdout } : {}),
    ...(typeof stderr === "string" && stderr !== "" ? { PULUMI_COMMAND_STDERR: stderr } : {}),
  };
}

function environmentOf(value: Json | undefined): Record<string, string> {
  if (!isJsonMap(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, String(item)]));
}

function strings(value: Json | undefined): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
