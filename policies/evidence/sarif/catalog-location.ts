import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { services } from "../../../catalog/index.ts";

/** Where in this repository something is declared: a path relative to its root, and a line that counts from 1. */
export interface SourceLocation {
  file: string;
  line: number;
}

const repository = join(import.meta.dirname, "../../..");

/** Parts that components name themselves, and the field of the catalog that decides about them. */
const fieldOf: Readonly<Record<string, RegExp>> = {
  script: /^\s*hosting:/,
  shell: /^\s*hosting:/,
  subdomain: /^\s*hosting:/,
  migration: /^\s*migrations:/,
  hyperdrive: /kind: "hyperdrive"/,
  crons: /^\s*crons:/,
  health: /^\s*health:/,
};

/**
 * The line of the catalog that a resource comes from: the field of the service's file where that can be told, otherwise the line where the
 * service is declared. What belongs to no service is made by a stack: there it is the line with the resource's name or the beginning of
 * it, otherwise the first line of the stack's program.
 */
export function catalogLocation(urn: string): SourceLocation {
  const [, project = "", type = "", ...rest] = urn.split("::");
  const name = rest.join("::");
  // The name of a secret is its key, which begins with the service it belongs to or says that several share it.
  const key = name.replace(/^secrets-/, "");
  const service = services
    .filter(({ name: own }) => key === own || (key.startsWith(own) && /[-/_]/.test(key.charAt(own.length))))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (service !== undefined) return inService(service.name, key.slice(service.name.length + 1));
  return inSharedSecret(key) ?? inStack(project, type === "pulumi:pulumi:Stack" ? [] : [key, name]);
}

/** `part` is what follows the service in a resource's name, e.g. `cache`, `script`, `migration-v2` or `chat.chitty.cc`. */
function inService(service: string, part: string): SourceLocation {
  const file = fileOf(service);
  const lines = linesOf(file);
  const start = Math.max(
    0,
    lines.findIndex((line) => line.includes(`name: "${service}"`)),
  );
  const field = part.includes(".") ? /^\s*(hosts|routes):/ : fieldOf[part.split("-")[0] ?? ""];
  const wanted = [
    ...namesIn(part).map(
      (name) => (line: string) => line.includes(`"${name}"`) && !/^\s*(short|shellCrons):/.test(line),
    ),
    (line: string) => field?.test(line) === true,
  ];
  // What a service's own file says before the service, it says for it.
  for (const from of file.includes(service) ? [start, 0] : [start]) {
    for (const isWanted of wanted) {
      const found = lines.slice(from).findIndex(isWanted);
      if (found !== -1) return { file, line: from + found + 1 };
    }
  }
  return { file, line: start + 1 };
}

function fileOf(service: string): string {
  const own = `catalog/services/${service}.ts`;
  if (process.env.CHITTYOPS_CATALOG) return relative(repository, process.env.CHITTYOPS_CATALOG);
  return own;
}

/** Names in the catalog that a part of a resource's name may stand for; what belongs to a store or a database carries a suffix. */
function namesIn(part: string): string[] {
  if (part === "") return [];
  if (part.includes("/")) return [part.slice(part.lastIndexOf("/") + 1), part.slice(0, part.indexOf("/"))];
  if (part.includes(".")) return [`${part.split(".")[0]}.{domain}`];
  // An entry of the Secrets Store ends with the environment; a store without a name of its own has its binding's.
  const entry = part.replace(/_[a-z]+$/, "");
  const binding = part.replaceAll("-", "_").toUpperCase();
  return [part, entry, binding, part.replace(/-dead$/, ""), part.replace(/-database(-.*)?$/, "")];
}

/** A secret of several services: the first that declares it. */
function inSharedSecret(key: string): SourceLocation | undefined {
  if (!key.startsWith("shared/")) return undefined;
  const secret = `"${key.slice("shared/".length)}"`;
  for (const { name } of services) {
    const file = fileOf(name);
    const line = linesOf(file).findIndex((text) => text.includes(secret)) + 1;
    if (line > 0) return { file, line };
  }
  return undefined;
}

function inStack(project: string, names: readonly string[]): SourceLocation {
  const family = project.replace(/^chittyops-?/, "");
  const folder = `stacks/${family === "" ? "core" : family}`;
  if (!existsSync(join(repository, folder))) return { file: "Pulumi.yaml", line: 1 };
  const files = readdirSync(join(repository, folder)).filter(
    (file) => file.endsWith(".ts") && !file.includes(".test."),
  );
  for (const name of names.flatMap(beginnings)) {
    // As the first argument of what makes it, on the same line or on one of its own, or as the key of a secret.
    const made = [`("${name}"`, `  "${name}",`, `\`${name}-`, `: "${name}"`];
    for (const wanted of made) {
      for (const file of files.map((one) => `${folder}/${one}`)) {
        const line = linesOf(file).findIndex((text) => text.includes(wanted)) + 1;
        if (line > 0) return { file, line };
      }
    }
  }
  return { file: `${folder}/index.ts`, line: 1 };
}

/** `a-b-c`, `a-b`, `a`. */
function beginnings(name: string): string[] {
  const parts = name.split("-");
  return parts.map((_, dropped) => parts.slice(0, parts.length - dropped).join("-"));
}

const read = new Map<string, string[]>();

function linesOf(file: string): string[] {
  const known = read.get(file);
  if (known) return known;
  const lines = readFileSync(join(repository, file), "utf8").split("\n");
  read.set(file, lines);
  return lines;
}
