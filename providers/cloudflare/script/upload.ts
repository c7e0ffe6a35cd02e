import type { Shape } from "../../kit/shape.ts";
import { isJsonMap, type JsonMap } from "../../kit/value.ts";
import { encode } from "../codec.ts";
import type { Part } from "./multipart.ts";
import { readSource } from "./source.ts";

/** Inputs that go into parts of their own, into the path, or nowhere; all others are members of the metadata part. */
const outsideMetadata = [
  "accountId",
  "scriptName",
  "content",
  "contentFile",
  "contentSha256",
  "contentType",
  "files",
  "force",
  "assets",
  "migrations",
];

const esModule = "application/javascript+module";
const serviceWorker = "application/javascript";

/** The parts of a script upload: modules first, then the metadata, as the official plugin sends them. */
export async function uploadParts(inputs: JsonMap, shape: Shape, added: JsonMap): Promise<Part[]> {
  const metadata = {
    usage_model: "standard",
    ...encode(without(inputs, outsideMetadata), shape),
    ...encode(added, shape),
  };
  const modules = [...(await mainPart(inputs)), ...(await fileParts(inputs))];
  return [...modules, { name: "metadata", type: "application/json", content: JSON.stringify(sortedKeys(metadata)) }];
}

async function mainPart(inputs: JsonMap): Promise<Part[]> {
  if (inputs.content === undefined && inputs.contentFile === undefined) return [];
  const module = inputs.mainModule;
  const name = typeof module === "string" ? module : typeof inputs.bodyPart === "string" ? inputs.bodyPart : "script";
  const type =
    typeof inputs.contentType === "string" ? inputs.contentType : module === undefined ? serviceWorker : esModule;
  return [{ name, filename: name, type, content: await readSource(inputs) }];
}

async function fileParts(inputs: JsonMap): Promise<Part[]> {
  const files = isJsonMap(inputs.files) ? Object.entries(inputs.files) : [];
  const parts = files.map(async ([name, file]): Promise<Part[]> => {
    if (!isJsonMap(file)) return [];
    return [{ name, filename: name, type: String(file.contentType), content: await readSource(file) }];
  });
  return (await Promise.all(parts)).flat();
}

function without(values: JsonMap, names: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

function sortedKeys(values: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
