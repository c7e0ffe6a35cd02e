import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Problem } from "../kit/check.ts";
import type { ResourceDefinition } from "../kit/definition.ts";
import type { Shape } from "../kit/shape.ts";
import type { JsonMap, ValueMap } from "../kit/value.ts";
import { type CharacterRules, characterRules, checkCharacterRules, randomCharacters } from "./characters.ts";

/** Everything here is replaced on any change, so no definition has an `update`; the state is the only truth, so none has a `read`. */
type Definition = ResourceDefinition<undefined>;

const keepers: Shape = { keepers: { type: "map", items: { type: "string" } } };
const text = { type: "string" } as const;
const count = { type: "number" } as const;
const flag = { type: "boolean" } as const;

/** What the official plugin stores as id where the value must not be one. */
const noId = "none";

const characterShape: Shape = {
  ...keepers,
  length: { ...count, required: true },
  lower: flag,
  minLower: count,
  minNumeric: count,
  minSpecial: count,
  minUpper: count,
  number: flag,
  numeric: flag,
  overrideSpecial: text,
  special: flag,
  upper: flag,
};

function ruleOutputs({ length: _, overrideSpecial: __, ...rules }: CharacterRules): JsonMap {
  return { ...rules, number: rules.numeric };
}

export const randomPassword: Definition = {
  shape: { ...characterShape, result: { ...text, output: true, secret: true } },
  check: checkCharacterRules,
  preview: (inputs) => ruleOutputs(characterRules(inputs)),
  create: async (inputs) => {
    const rules = characterRules(inputs);
    return { id: noId, outputs: { ...ruleOutputs(rules), result: randomCharacters(rules) } };
  },
};

export const randomString: Definition = {
  shape: { ...characterShape, result: { ...text, output: true } },
  check: checkCharacterRules,
  preview: (inputs) => ruleOutputs(characterRules(inputs)),
  create: async (inputs) => {
    const rules = characterRules(inputs);
    const result = randomCharacters(rules);
    return { id: result, outputs: { ...ruleOutputs(rules), result } };
  },
};

export const randomId: Definition = {
  shape: {
    ...keepers,
    byteLength: { ...count, required: true },
    prefix: text,
    b64Std: { ...text, output: true },
    b64Url: { ...text, output: true },
    dec: { ...text, output: true },
    hex: { ...text, output: true },
  },
  check: (inputs) => positive(inputs, "byteLength"),
  create: async (inputs) => {
    const bytes = randomBytes(Number(inputs.byteLength));
    const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
    const outputs = {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
      hex: prefix + bytes.toString("hex"),
    };
    return { id: bytes.toString("base64url"), outputs };
  },
};

export const randomUuid: Definition = {
  shape: { ...keepers, result: { ...text, output: true } },
  create: async () => {
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
};

export const randomBytesResource: Definition = {
  shape: {
    ...keepers,
    length: { ...count, required: true },
    base64: { ...text, output: true, secret: true },
    hex: { ...text, output: true, secret: true },
  },
  check: (inputs) => positive(inputs, "length"),
  create: async (inputs) => {
    const bytes = randomBytes(Number(inputs.length));
    return { id: noId, outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
  },
};

export const randomInteger: Definition = {
  shape: {
    ...keepers,
    max: { ...count, required: true },
    min: { ...count, required: true },
    seed: text,
    result: { ...count, output: true },
  },
  check: (inputs) => {
    const problems: Problem[] = [];
    const { max, min, seed } = inputs;
    if (typeof min === "number" && typeof max === "number" && max < min) {
      problems.push({ path: ["max"], reason: `must be at least min (${min}), found ${max}` });
    }
    if (typeof seed === "string") {
      problems.push({
        path: ["seed"],
        reason: "cannot be honoured by the built-in plugin (the official generator is Go's); leave it out",
      });
    }
    return problems;
  },
  create: async (inputs) => {
    const result = randomInt(Number(inputs.min), Number(inputs.max) + 1);
    return { id: String(result), outputs: { result } };
  },
};

function positive(inputs: ValueMap, name: string): Problem[] {
  const value = inputs[name];
  if (typeof value !== "number" || (Number.isInteger(value) && value >= 1)) return [];
  return [{ path: [name], reason: `must be a whole number of at least 1, found ${value}` }];
}
