import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Problem } from "../../kit/check.ts";
import { ProviderError } from "../../kit/errors.ts";
import type { Path } from "../../kit/path.ts";
import { isMap, type JsonMap, type ValueMap } from "../../kit/value.ts";

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Finds everything wrong with a script's code before anything is sent: which code, is it there, is it the one that was meant. */
export async function checkSource(inputs: ValueMap): Promise<Problem[]> {
  const problems: Problem[] = [];
  const has = (name: string) => (inputs[name] ?? null) !== null;
  if (!has("content") && !has("contentFile")) {
    if (!has("assets")) problems.push({ path: ["contentFile"], reason: "or content is required: a Worker needs code" });
  } else if (has("content") && has("contentFile")) {
    problems.push({ path: ["content"], reason: "and contentFile are both set; keep one of them" });
  }
  if (has("content") && has("contentSha256")) {
    problems.push({ path: ["contentSha256"], reason: "goes with contentFile, not with content; remove it" });
  }
  if (has("mainModule") && has("bodyPart")) {
    problems.push({ path: ["bodyPart"], reason: "and mainModule are both set; keep mainModule" });
  }
  problems.push(...(await checkFile(inputs, [])), ...(await checkAssets(inputs.assets)));
  const files = isMap(inputs.files) ? Object.entries(inputs.files) : [];
  for (const [name, file] of files) if (isMap(file)) problems.push(...(await checkFile(file, ["files", name])));
  return problems;
}

/** A `contentFile` must exist and have the sha256 that `contentSha256` says. Unknown values are checked when they are known. */
export async function checkFile(fields: ValueMap, at: Path): Promise<Problem[]> {
  const { contentFile, contentSha256 } = fields;
  if (typeof contentFile !== "string") return [];
  if (contentSha256 === undefined || contentSha256 === null) {
    return [
      { path: [...at, "contentSha256"], reason: "is required with contentFile: the file's sha256 in hexadecimal" },
    ];
  }
  try {
    const found = sha256(await readFile(resolve(contentFile)));
    if (typeof contentSha256 !== "string" || contentSha256.toLowerCase() === found) return [];
    const reason = `does not match ${contentFile}: found ${found}; build the artifact again or correct the hash`;
    return [{ path: [...at, "contentSha256"], reason }];
  } catch (error) {
    return [{ path: [...at, "contentFile"], reason: unreadable(contentFile, error) }];
  }
}

async function checkAssets(assets: ValueMap[string] | undefined): Promise<Problem[]> {
  if (!isMap(assets) || typeof assets.directory !== "string") return [];
  try {
    await readdir(resolve(assets.directory));
    return [];
  } catch (error) {
    return [{ path: ["assets", "directory"], reason: unreadable(assets.directory, error) }];
  }
}

/** Reads the bytes of `content`, `contentBase64` or `contentFile`; a relative path starts at the program's folder. */
export async function readSource(fields: JsonMap): Promise<Uint8Array> {
  if (typeof fields.content === "string") return Buffer.from(fields.content);
  if (typeof fields.contentBase64 === "string") return Buffer.from(fields.contentBase64, "base64");
  const file = String(fields.contentFile);
  const bytes = await readFile(resolve(file)).catch((error: unknown) => {
    throw new ProviderError(`contentFile ${unreadable(file, error)}`);
  });
  const expected = fields.contentSha256;
  if (typeof expected === "string" && sha256(bytes) !== expected.toLowerCase()) {
    throw new ProviderError(
      `${file} changed since it was checked: its sha256 is no longer contentSha256. Run it again.`,
    );
  }
  return bytes;
}

/** Why a path cannot be read, and what to do. */
export function unreadable(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return `cannot be read (${code}): ${resolve(path)}; build it first, or correct the path`;
}
