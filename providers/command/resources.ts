import { randomBytes } from "node:crypto";
import type { FunctionDefinition, Operation, ResourceDefinition } from "../kit/definition.ts";
import type { Json, JsonMap } from "../kit/value.ts";
import { checkArguments, commonShape, executionOf } from "./arguments.ts";
import { execute, type Printed } from "./execute.ts";

const text = { type: "string" } as const;

async function run(command: Json | undefined, inputs: JsonMap, previous: JsonMap, operation: Operation<undefined>) {
  if (typeof command !== "string") return undefined;
  return execute(executionOf(command, inputs, previous), operation.signal, operation.log);
}

const nothing: Printed = { stdout: "", stderr: "" };

/** `command:local:Command`. A failed create leaves nothing in the state, so the next `up` runs it again. */
export const localCommand: ResourceDefinition<undefined> = {
  shape: {
    ...commonShape,
    create: text,
    update: text,
    delete: text,
    triggers: { type: "list", items: { type: "any" }, replace: true },
    stdout: { ...text, output: true },
    stderr: { ...text, output: true },
  },
  derived: ["stdout", "stderr"],
  check: checkArguments,
  create: async (inputs, operation) => ({
    id: `command${randomBytes(4).toString("hex")}`,
    outputs: { ...((await run(inputs.create, inputs, {}, operation)) ?? nothing) },
  }),
  update: async (inputs, { state }, operation) => ({
    ...((await run(inputs.update ?? inputs.create, inputs, state, operation)) ?? {}),
  }),
  delete: async ({ state }, operation) => {
    await run(state.delete, state, state, operation);
  },
};

/** `command:local:run`, which also runs in previews. */
export const localRun: FunctionDefinition<undefined> = {
  inputs: { ...commonShape, command: { ...text, required: true } },
  check: checkArguments,
  derived: ["stdout", "stderr"],
  invoke: async (args, operation) => ({ ...args, ...((await run(args.command, args, {}, operation)) ?? nothing) }),
};
