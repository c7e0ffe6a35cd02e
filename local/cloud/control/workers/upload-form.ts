import type { WorkerModule } from "../../types.ts";
import { ApiError } from "../api-error.ts";

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
  const form = await formOf(request);
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

async function formOf(request: Request): Promise<FormData> {
  if (!request.headers.get("content-type")?.startsWith("multipart/form-data")) {
    throw new ApiError(415, 10003, "A multipart/form-data body was expected.");
  }
  try {
    return await request.formData();
  } catch {
    throw new ApiError(400, 10003, "The multipart body could not be read.");
  }
}

/** Libraries that send files as a list name every part alike (`files`, `files[]`): then the file name is the module's name. */
async function moduleOf(name: string, value: string | File): Promise<WorkerModule> {
  if (typeof value === "string") return { name, type: "text", content: new TextEncoder().encode(value) };
  const isList = name === "files" || name === "files[]" || /^files\[\d+\]$/.test(name);
  const type = value.type.split(";")[0]?.trim() ?? "";
  return {
    name: isList ? value.name : name,
    type: moduleTypes.get(type) ?? typeByName(isList ? value.name : name),
    content: new Uint8Array(await value.arrayBuffer()),
  };
}

function typeByName(name: string): WorkerModule["type"] {
  if (/\.(mjs|js)$/.test(name)) return "esm";
  if (/\.cjs$/.test(name)) return "commonjs";
  if (/\.wasm$/.test(name)) return "wasm";
  if (/\.map$/.test(name)) return "sourcemap";
  return "data";
}

/** `metadata[bindings][][name]=X`: how a form library writes nested objects. Lists of objects cannot be told apart, so they are refused by the schema. */
function setNested(target: Record<string, unknown>, path: string, value: string | File): void {
  const keys = [...path.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? "");
  let at = target;
  for (const [index, key] of keys.entries()) {
    const isLast = index === keys.length - 1;
    if (key === "") return;
    if (isLast) at[key] = scalar(value);
    else if (keys[index + 1] === "" && index + 1 === keys.length - 1) {
      const list = Array.isArray(at[key]) ? (at[key] as unknown[]) : [];
      at[key] = [...list, scalar(value)];
      return;
    } else {
      at[key] = typeof at[key] === "object" && at[key] !== null ? at[key] : {};
      at = at[key] as Record<string, unknown>;
    }
  }
}

function scalar(value: string | File): unknown {
  if (typeof value !== "string") return value.name;
  return value === "true" ? true : value === "false" ? false : value;
}
