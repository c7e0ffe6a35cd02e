import { Cron } from "croner";
import { isFields } from "../merge.ts";
import type { ServiceSpec } from "../schema/service.ts";
import type { Report } from "./candidate.ts";

/** What people write who mean to come back. */
const placeholder =
  /replace[_-]|placeholder|change[_-]?me|^todo|your[_-]|create[_-]new|to[_-]be[_-]|^<.*>$|\$\{|^x{3,}$|^[0-]{8,}$/i;

export const isPlaceholder = (text: string): boolean => placeholder.test(text);

/** Fields that hold names chosen here, whose form the schema has checked. */
const ownNames = ["name", "short", "service", "store", "owner", "className", "description", "deadLetter", "database"];

const secretName =
  /(SECRET|TOKEN|PASSWORD|PASSPHRASE|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION|AES|HMAC)_?KEY|CREDENTIALS?|(DATABASE|DB)_URL|DSN|CONNECTION_STRING|_PK)$/i;

const secretValues: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY/, "a private key"],
  [/:\/\/[^/\s:@]+:[^/\s@]+@/, "an address with a password"],
  [/^(gh[opsu]_|github_pat_|sk[-_]|xox[abp]-|AKIA|glpat-)/, "a token"],
  [/^eyJ[\w-]+\.[\w-]+\./, "a signed token"],
];

/** Reports strings that were left to be filled in, secrets among the plain variables, and schedules that never fit. */
export function checkValues(spec: ServiceSpec, report: Report): void {
  checkPlaceholders(spec, "", report);
  for (const binding of spec.bindings ?? []) {
    if (binding.kind === "var" || binding.kind === "json") {
      checkPlain(binding.name, binding.value, `bindings.${binding.name}`, report);
    }
  }
  (spec.crons ?? []).forEach((cron, index) => {
    const problem = cronProblem(cron);
    if (problem !== undefined) {
      report(
        `crons.${index}`,
        JSON.stringify(cron),
        `five fields of a schedule in UTC (${problem})`,
        'Write e.g. "*/15 * * * *".',
      );
    }
  });
}

/** What is wrong with a schedule, or nothing. */
function cronProblem(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5) return `it has ${fields}`;
  try {
    new Cron(cron, { mode: "5-part", paused: true });
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, "");
  }
}

function checkPlaceholders(value: unknown, path: string, report: Report): void {
  if (typeof value === "string") {
    if (isPlaceholder(value)) {
      // A variable's value may be a secret by mistake, and is never quoted.
      const quoted = /\.value(\.|$)/.test(path) ? "a value" : JSON.stringify(value);
      report(path, `${quoted}, which looks like a placeholder`, "the real value", "Fill it in, or remove the field.");
    }
    return;
  }
  if (!isFields(value) && !Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (ownNames.includes(key)) continue;
    const name = Array.isArray(value) && isFields(inner) && typeof inner.name === "string" ? inner.name : key;
    checkPlaceholders(inner, path === "" ? name : `${path}.${name}`, report);
  }
}

function checkPlain(name: string, value: unknown, path: string, report: Report): void {
  if (isFields(value) || Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) checkPlain(key, inner, `${path}.${key}`, report);
    return;
  }
  if (typeof value !== "string") return;
  const what =
    secretValues.find(([pattern]) => pattern.test(value))?.[1] ?? (isRandom(value) ? "a random key" : undefined);
  const found = what !== undefined ? `a value that looks like ${what}` : `a plain variable called ${name}`;
  if (what === undefined && !secretName.test(name)) return;
  report(
    path,
    found,
    "a plain variable that everybody may read",
    `Declare the secret and bind it: secrets: [{ name: "${name}", source: "provided" }], bindings: [{ kind: "secret", name: "${name}" }].`,
  );
}

/** Whether a string has the length and the spread of characters that only a machine gives. */
function isRandom(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(value) || !/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  const counts = new Map<string, number>();
  for (const letter of value) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const bits = [...counts.values()].reduce((sum, n) => sum - (n / value.length) * Math.log2(n / value.length), 0);
  return bits > 3.3;
}
