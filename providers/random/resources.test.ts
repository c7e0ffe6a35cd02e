import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret, toJsonMap, type ValueMap } from "../kit/value.ts";
import { operate } from "../testing/operate.ts";
import { characterRules, randomCharacters } from "./characters.ts";
import { random } from "./provider.ts";

const resource = (type: string) => operate(random, {}, `random:index/${type}`);

describe("what each type makes", () => {
  it.each<[string, ValueMap, RegExp, Record<string, RegExp>]>([
    ["randomPassword:RandomPassword", { length: 24 }, /^none$/, { result: /^.{24}$/ }],
    [
      "randomString:RandomString",
      { length: 8, special: false, upper: false },
      /^[a-z0-9]{8}$/,
      { result: /^[a-z0-9]{8}$/ },
    ],
    ["randomUuid:RandomUuid", {}, /^[0-9a-f]{8}-[0-9a-f]{4}-4/, { result: /^[0-9a-f-]{36}$/ }],
    ["randomId:RandomId", { byteLength: 4, prefix: "p-" }, /^[\w-]{6}$/, { hex: /^p-[0-9a-f]{8}$/, dec: /^p-\d+$/ }],
    ["randomBytes:RandomBytes", { length: 16 }, /^none$/, { hex: /^[0-9a-f]{32}$/, base64: /^[\w+/]{22}==$/ }],
    ["randomInteger:RandomInteger", { min: 5, max: 5 }, /^5$/, { result: /^5$/ }],
  ])("%s", async (type, inputs, id, outputs) => {
    expect(await resource(type).check(inputs)).toEqual([]);
    const made = await resource(type).create(inputs);
    expect(made.id).toMatch(id);
    const plain = toJsonMap(made.outputs);
    for (const [name, pattern] of Object.entries(outputs)) expect(String(plain[name])).toMatch(pattern);
    expect(await resource(type).read({ ...made, inputs })).toEqual({ ...made, inputs });
    expect((await resource(type).diff({ ...made, inputs }, inputs)).changes).toEqual([]);
  });

  it.each([
    ["randomPassword:RandomPassword", { length: 8 }, ["result"]],
    ["randomBytes:RandomBytes", { length: 8 }, ["base64", "hex"]],
  ])("%s keeps its values secret", async (type, inputs, names) => {
    const made = await resource(type).create(inputs);
    const preview = await resource(type).previewCreate(inputs);
    for (const name of names) {
      expect(made.outputs[name]).toBeInstanceOf(Secret);
      expect(preview[name]).toBeInstanceOf(Secret);
    }
  });
});

describe("any change", () => {
  it.each<[string, ValueMap]>([
    ["another keeper", { length: 8, keepers: { epoch: "2" } }],
    ["another length", { length: 9, keepers: { epoch: "1" } }],
    ["other characters", { length: 8, keepers: { epoch: "1" }, special: false }],
  ])("makes a new value: %s", async (_, news) => {
    const inputs = { length: 8, keepers: { epoch: "1" } };
    const password = resource("randomPassword:RandomPassword");
    const made = await password.create(inputs);
    const { changes } = await password.diff({ ...made, inputs }, news);
    expect(changes).toEqual([expect.objectContaining({ replace: true })]);
  });
});

describe("impossible rules", () => {
  it.each<[string, string, ValueMap, string[]]>([
    ["a length of 0", "randomPassword:RandomPassword", { length: 0 }, ["length"]],
    [
      "more characters than the length",
      "randomPassword:RandomPassword",
      { length: 3, minLower: 2, minUpper: 2 },
      ["length"],
    ],
    [
      "no characters at all",
      "randomString:RandomString",
      { length: 3, lower: false, upper: false, numeric: false, special: false },
      ["lower"],
    ],
    ["a maximum below the minimum", "randomInteger:RandomInteger", { min: 2, max: 1 }, ["max"]],
    ["a seed", "randomInteger:RandomInteger", { min: 1, max: 2, seed: "s" }, ["seed"]],
    ["half a byte", "randomId:RandomId", { byteLength: 0.5 }, ["byteLength"]],
  ])("are refused: %s", async (_, type, inputs, names) => {
    expect((await resource(type).check(inputs)).map(({ path }) => path[0])).toEqual(names);
  });
});

describe("randomCharacters", () => {
  it("keeps every rule", () => {
    const few = fc.integer({ min: 0, max: 4 });
    const rule = fc.record({
      minLower: few,
      minUpper: few,
      minNumeric: few,
      minSpecial: few,
      spare: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(rule, ({ spare, ...least }) => {
        const length = spare + least.minLower + least.minUpper + least.minNumeric + least.minSpecial;
        const text = randomCharacters(characterRules({ length, ...least, overrideSpecial: "!?" }));
        const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
        expect(text).toMatch(/^[a-zA-Z0-9!?]*$/);
        expect(text).toHaveLength(length);
        expect(count(/[a-z]/g)).toBeGreaterThanOrEqual(least.minLower);
        expect(count(/[A-Z]/g)).toBeGreaterThanOrEqual(least.minUpper);
        expect(count(/[0-9]/g)).toBeGreaterThanOrEqual(least.minNumeric);
        expect(count(/[!?]/g)).toBeGreaterThanOrEqual(least.minSpecial);
      }),
    );
  });
});
