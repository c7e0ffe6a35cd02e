import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import { ProviderError } from "../../kit/errors.ts";
import { sha256, unreadable } from "./source.ts";

export interface AssetFile {
  /** The path under which it is served, `/index.html`. */
  readonly path: string;
  /** 32 hexadecimal digits over content and extension, by which Cloudflare knows what it already has. */
  readonly hash: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Files that configure the serving instead of being served. */
const configuring = new Set(["/_headers", "/_redirects", "/.assetsignore"]);

/**
 * The files of an assets folder, sorted by path. A relative folder starts at the program's folder.
 * @throws ProviderError when the folder cannot be read.
 */
export async function assetFiles(directory: string): Promise<AssetFile[]> {
  const root = resolve(directory);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new ProviderError(`assets.directory ${unreadable(directory, error)}`);
  });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = await Promise.all(paths.map((path) => assetFile(root, path)));
  return files.filter((file) => !configuring.has(file.path));
}

/** One hash over a whole folder: it changes when a file is added, removed or changed. */
export function manifestHash(files: readonly AssetFile[]): string {
  return sha256(JSON.stringify(files.map(({ path, hash }) => [path, hash])));
}

async function assetFile(root: string, file: string): Promise<AssetFile> {
  const content = await readFile(file);
  const extension = extname(file).slice(1);
  const hash = createHash("sha256").update(content.toString("base64")).update(extension).digest("hex").slice(0, 32);
  const path = `/${relative(root, file).split(sep).join("/")}`;
  return { path, hash, type: types[extension.toLowerCase()] ?? "application/octet-stream", content };
}

const types: Record<string, string> = {
  avif: "image/avif",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  gif: "image/gif",
  html: "text/html; charset=utf-8",
  ico: "image/vnd.microsoft.icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  md: "text/markdown; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  mp4: "video/mp4",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  xml: "text/xml; charset=utf-8",
};
