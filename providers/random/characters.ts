import { randomInt } from "node:crypto";
import type { Problem } from "../kit/check.ts";
import type { JsonMap, ValueMap } from "../kit/value.ts";

/** How many characters of which kinds a random text has; the defaults are those of the official plugin. */
export interface CharacterRules {
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  readonly overrideSpecial: string | undefined;
}

const letters = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const specials = "!@#$%&*()-_=+[]{}<>:?";

/** Rules with their defaults filled in. Values of the wrong type are left to the shape check and count as absent. */
export function characterRules(inputs: ValueMap | JsonMap): CharacterRules {
  const flag = (name: string) => (typeof inputs[name] === "boolean" ? inputs[name] : undefined);
  const count = (name: string) => (typeof inputs[name] === "number" ? inputs[name] : 0);
  return {
    length: count("length"),
    lower: flag("lower") ?? true,
    upper: flag("upper") ?? true,
    numeric: flag("numeric") ?? flag("number") ?? true,
    special: flag("special") ?? true,
    minLower: count("minLower"),
    minUpper: count("minUpper"),
    minNumeric: count("minNumeric"),
    minSpecial: count("minSpecial"),
    overrideSpecial: typeof inputs.overrideSpecial === "string" ? inputs.overrideSpecial : undefined,
  };
}

/** Finds rules that no text can satisfy. */
export function checkCharacterRules(inputs: ValueMap): Problem[] {
  const rules = characterRules(inputs);
  const least = rules.minLower + rules.minUpper + rules.minNumeric + rules.minSpecial;
  const problems: Problem[] = [];
  if (typeof inputs.length === "number" && (!Number.isInteger(rules.length) || rules.length < 1)) {
    problems.push({ path: ["length"], reason: `must be a whole number of at least 1, found ${rules.length}` });
  } else if (typeof inputs.length === "number" && rules.length < least) {
    problems.push({
      path: ["length"],
      reason: `is ${rules.length}, but the min* properties add up to ${least}; raise length or lower them`,
    });
  }
  if (pool(rules) === "") {
    problems.push({ path: ["lower"], reason: "and upper, numeric and special are all false; allow one of them" });
  }
  return problems;
}

function pool(rules: CharacterRules): string {
  const special = rules.overrideSpecial ?? specials;
  return [
    rules.lower ? letters : "",
    rules.upper ? letters.toUpperCase() : "",
    rules.numeric ? digits : "",
    rules.special ? special : "",
  ].join("");
}

/** A random text after the rules, from the operating system's generator. */
export function randomCharacters(rules: CharacterRules): string {
  const pick = (from: string, count: number) =>
    Array.from({ length: count }, () => from.charAt(randomInt(from.length)));
  const demanded = [
    ...pick(letters, rules.minLower),
    ...pick(letters.toUpperCase(), rules.minUpper),
    ...pick(digits, rules.minNumeric),
    ...pick(rules.overrideSpecial || specials, rules.minSpecial),
  ];
  return shuffle([...demanded, ...pick(pool(rules), rules.length - demanded.length)]).join("");
}

/** Fisher-Yates. */
function shuffle<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  return Array.from({ length: items.length }, () => left.splice(randomInt(left.length), 1)).flat();
}
