import { isIP } from "node:net";
import type { Problem } from "../kit/check.ts";
import type { Path } from "../kit/path.ts";
import { isMap, type Value, type ValueMap } from "../kit/value.ts";

/** Looks at one value that is there, is known and has the right type; gives what is wrong with it. */
export type Rule = (value: Value) => string | undefined;

/** Rules by property, as deep as the inputs go. */
export interface Rules {
  readonly [name: string]: Rule | Rules;
}

/** Everything that is wrong, by the rules, with inputs that may not even fit their shape. */
export function problemsOf(inputs: ValueMap, rules: Rules, at: Path = []): Problem[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const value = inputs[name];
    const path = [...at, name];
    if (typeof rule !== "function") return isMap(value) ? problemsOf(value, rule, path) : [];
    const reason = value === undefined || value === null ? undefined : rule(value);
    return reason === undefined ? [] : [{ path, reason }];
  });
}

const bytesOf = (text: string) => Buffer.byteLength(text);

/** A name of Neon's own: of a project, a branch, an endpoint. */
export function displayName(longest: number): Rule {
  return (name) => {
    if (typeof name !== "string") return undefined;
    if (name.trim() === "") return "must not be empty";
    const length = [...name].length;
    return length > longest ? `must have at most ${longest} characters, found ${length}` : undefined;
  };
}

/** A Postgres identifier, as Neon takes it: at most 63 bytes, and none of those that belong to the service. */
function identifier(what: string, reserved: RegExp): Rule {
  return (name) => {
    if (typeof name !== "string") return undefined;
    if (name.trim() === "") return "must not be empty";
    if (bytesOf(name) > 63) return `must have at most 63 bytes, found ${bytesOf(name)}`;
    if ([...name].some((character) => character < " " || character === "\u007f")) {
      return "must not have control characters";
    }
    return reserved.test(name)
      ? `is reserved by Neon or Postgres; choose another ${what} name than ${name}`
      : undefined;
  };
}

export const roleName: Rule = identifier(
  "role",
  /^(pg_.*|neon_.*|neon|cloud_admin|zenith_admin|neon_superuser|web_access|postgres|public|none)$/i,
);
export const databaseName: Rule = identifier("database", /^(postgres|template0|template1)$/i);

/** https://neon.com/docs/introduction/regions; Azure's ended on 2026-08-27. */
const regions = [
  "aws-us-east-1",
  "aws-us-east-2",
  "aws-us-west-2",
  "aws-eu-central-1",
  "aws-eu-west-2",
  "aws-ap-southeast-1",
  "aws-ap-southeast-2",
  "aws-sa-east-1",
];

export const region: Rule = (id) =>
  typeof id === "string" && !regions.includes(id)
    ? `must be one of Neon's regions (${regions.join(", ")}), found ${id}`
    : undefined;

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER, unit = ""): Rule {
  return (value) => {
    if (typeof value !== "number" || (Number.isInteger(value) && value >= least && value <= most)) return undefined;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    return `must be a whole number ${range}${unit}, found ${value}`;
  };
}

export function oneOf(...values: readonly string[]): Rule {
  return (value) =>
    typeof value === "string" && !values.includes(value) ? `must be ${values.join(" or ")}, found ${value}` : undefined;
}

export const suspendTimeout: Rule = (seconds) => {
  if (typeof seconds !== "number" || seconds === 0 || seconds === -1) return undefined;
  return Number.isInteger(seconds) && seconds >= 60 && seconds <= 604_800
    ? undefined
    : `must be from 60 to 604800 seconds, or 0 (Neon's default, 300), or -1 (never), found ${seconds}`;
};

/** https://neon.com/docs/manage/computes: a quarter, a half, or whole units up to 56. */
export const computeUnits: Rule = (cu) =>
  typeof cu !== "number" || cu === 0.25 || cu === 0.5 || (Number.isInteger(cu) && cu >= 1 && cu <= 56)
    ? undefined
    : `must be 0.25, 0.5 or a whole number of compute units from 1 to 56, found ${cu}`;

/** What Neon wants of the two ends together: at most 16 units and 8 apart, unless they are equal (a fixed size). */
export function autoscalingProblems(settings: Value | undefined, at: Path = []): Problem[] {
  if (!isMap(settings)) return [];
  const { autoscalingLimitMinCu: min, autoscalingLimitMaxCu: max } = settings;
  if (typeof min !== "number" || typeof max !== "number" || min === max) return [];
  const path = [...at, "autoscalingLimitMaxCu"];
  if (max < min) return [{ path, reason: `must be at least autoscalingLimitMinCu (${min}), found ${max}` }];
  if (max > 16)
    return [{ path, reason: `must be at most 16 with autoscaling (a fixed size may be larger), found ${max}` }];
  if (max - min > 8) return [{ path, reason: `must be at most 8 above autoscalingLimitMinCu (${min}), found ${max}` }];
  return [];
}

/** An address, a block (`10.0.0.0/8`) or a range (`10.0.0.1-10.0.0.9`). */
export const ipList: Rule = (ips) => {
  if (!Array.isArray(ips)) return undefined;
  const wrong = ips.filter((ip) => typeof ip === "string" && !isIpEntry(ip));
  if (wrong.length === 0) return undefined;
  const forms = "addresses, blocks such as 203.0.113.0/24 or ranges such as 203.0.113.1-203.0.113.9";
  return `must be ${forms}, found ${wrong.map(String).join(", ")}`;
};

function isIpEntry(entry: string): boolean {
  const [address = "", bits, ...more] = entry.split("/");
  const version = isIP(address);
  if (bits !== undefined)
    return more.length === 0 && version > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
  const ends = entry.split("-");
  return ends.length <= 2 && ends.every((end) => isIP(end) > 0);
}

export const timestamp: Rule = (text) =>
  typeof text !== "string" || (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)))
    ? undefined
    : `must be a point in time such as 2026-03-01T12:00:00Z, found ${text}`;

export const lsn: Rule = (text) =>
  typeof text !== "string" || /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i.test(text)
    ? undefined
    : `must be a log sequence number such as 0/1DE2850, found ${text}`;

/** An id of Neon's, with the letters its kind begins with. */
export function neonId(kind: string, prefix: string): Rule {
  return (id) =>
    typeof id !== "string" || (/^[a-z0-9-]{1,60}$/.test(id) && id.startsWith(prefix))
      ? undefined
      : `must be the id of a ${kind}${prefix === "" ? "" : `, which begins with ${prefix}`}, found ${id}`;
}
