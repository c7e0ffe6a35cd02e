import type { WorkerModule } from "../../types.ts";
import { ApiError } from "../api-error.ts";
import { formOf } from "../form.ts";

/** What a multipart upload holds: its JSON part, and the other parts as modules. */
export interface UploadForm {
  metadata: unknown;
  modules: WorkerModule[];
}

/** Content types of module parts: https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/ */
const moduleTypes = new Map<string, WorkerModule["type"]>([
  ["application/javascript+module", "esm"],
  ["text/javascript+module", "esm"],
  ["application/javascript", "commonjs"],
  ["text/javascript", "commonjs"],
  ["application/wasm", "wasm"],
  ["text/plain", "text"],
  ["application/octet-stream", "data"],
  ["application/json", "json"],
  ["text/x-python", "python"],
  ["application/source-map", "sourcemap"],
]);

/**
 * Reads the multipart body of an upload.
 * @param part name of the JSON part, e.g. `metadata`.
 * @throws {ApiError} 400/10003 for another kind of body, a missing or empty JSON part, or JSON that does not parse.
 */
export async function readUploadForm(request: Request, part: string): Promise<UploadForm> {
  const form = await formOf(request, 10003);
  const modules: WorkerModule[] = [];
  const nested: Record<string, unknown> = {};
  let text: string | undefined;
  for (const [name, value] of form) {
    if (name === part) text = typeof value === "string" ? value : await value.text();
    else if (name.startsWith(`${part}[`)) setNested(nested, name.slice(part.length), value);
    else modules.push(await moduleOf(name, value));
  }
  if (text === undefined && Object.keys(nested).length > 0) return { metadata: nested, modules };
  if (text === undefined || text.trim() === "") {
    throw new ApiError(400, 10003, `The multipart part "${part}" is missing or empty: a JSON object was expected.`);
  }
  try {
    return { metadata: JSON.parse(text), modules };
  } catch {
    throw new ApiError(400, 10003, `The multipart part "${part}" is not valid JSON.`);
  }
}

/** Libraries that send files as a list name every part alike (`files`, `files[]`): then the file name is the module's name. */
async function moduleOf(part: string, value: string | File): Promise<WorkerModule> {
  const keyed = /^files\[(.*[^\d].*)\]$/.exec(part)?.[1];
  if (typeof value === "string") return { name: keyed ?? part, type: "text", content: new TextEncoder().encode(value) };
  const name = keyed ?? (/^files(\[\d*\])?$/.test(part) ? value.name : part);
  const type = value.type.split(";")[0]?.trim() ?? "";
  return { name, type: moduleTypes.get(type) ?? typeByName(name), content: new Uint8Array(await value.arrayBuffer()) };
}

function typeByName(name: string): WorkerModule["type"] {
  if (/\.(mjs|js)$/.test(name)) return "esm";
  if (/\.cjs$/.test(name)) return "commonjs";
  if (/\.wasm$/.test(name)) return "wasm";
  if (/\.map$/.test(name)) return "sourcemap";
  return "data";
}

/**
 * Puts one field of a nested form where it belongs: `[main_module]`, `[compatibility_flags][]`, `[bindings][][name]`.
 * An object in a list is over when a member comes a second time: that is all that such a form says about it.
 */
function setNested(target: Record<string, unknown>, path: string, value: string | File): void {
  const keys = [...path.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? "");
  let at = target;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] ?? "";
    if (index === keys.length - 1) {
      at[key] = scalar(key, value);
      return;
    }
    if (keys[index + 1] !== "") {
      at = objectAt(at, key);
      continue;
    }
    const list = Array.isArray(at[key]) ? (at[key] as unknown[]) : [];
    at[key] = list;
    const member = keys[index + 2];
    if (member === undefined) {
      list.push(scalar(key, value));
      return;
    }
    const last = list.at(-1) as Record<string, unknown> | undefined;
    if (!last || (index + 2 === keys.length - 1 && member in last)) list.push({});
    at = list.at(-1) as Record<string, unknown>;
    index++;
  }
}

function objectAt(parent: Record<string, unknown>, key: string): Record<string, unknown> {
  const existing = parent[key];
  if (typeof existing === "object" && existing !== null) return existing as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  parent[key] = made;
  return made;
}

/** A form has only strings; a text stays one whatever it says. */
function scalar(key: string, value: string | File): unknown {
  if (typeof value !== "string") return value.name;
  if (key !== "text" && (value === "true" || value === "false")) return value === "true";
  return ["cpu_ms", "subrequests", "limit", "period", "head_sampling_rate"].includes(key) ? Number(value) : value;
}
