import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

/** A file of an export. */
const exportedFile = z.object({ path: z.string(), bytes: z.number(), sha256: z.string() });
type ExportedFile = z.infer<typeof exportedFile>;
const manifestFile = z.looseObject({ files: z.array(exportedFile) });

/** A folder that an export is written into, for the owner of the data: nothing of ours is needed to read it. */
export class WrittenExport {
  readonly folder: string;
  readonly #files: ExportedFile[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where a file goes; its folder is made. */
  place(path: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return file;
  }

  async write(path: string, content: Uint8Array): Promise<void> {
    await writeFile(this.place(path), content, { mode: 0o600 });
    this.#files.push({ path, bytes: content.byteLength, sha256: sha256(content) });
  }

  /** Notes a file that was written otherwise. */
  wrote(file: ExportedFile): void {
    this.#files.push(file);
  }

  /** Writes `manifest.json` with the sha256 of every file. @returns its own sha256 */
  async finish(about: Readonly<Record<string, string>>): Promise<string> {
    const files = this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const manifest = Buffer.from(`${JSON.stringify({ ...about, files }, null, 2)}\n`);
    await writeFile(this.place("manifest.json"), manifest, { mode: 0o600 });
    return sha256(manifest);
  }
}

/** A path below an export for a key that anybody may have chosen. */
export function safePath(key: string): string {
  return key
    .split("/")
    .map((part) => encodeURIComponent(part).replace(/^\.{0,2}$/, (dots) => `%${dots.length}`))
    .join("/");
}

/** Whether an export is as it was written. @returns what is not */
export async function verifyExport(folder: string, manifest: string): Promise<string[]> {
  const text = await readFile(join(folder, "manifest.json")).catch(() => undefined);
  if (text === undefined) return ["manifest.json is not there"];
  if (sha256(text) !== manifest) return ["manifest.json was changed"];
  const { files } = manifestFile.parse(JSON.parse(text.toString("utf8")));
  const found = await Promise.all(
    files.map(async ({ path, sha256: wanted }) => {
      const content = await readFile(join(folder, path)).catch(() => undefined);
      if (content === undefined) return `${path} is not there`;
      return sha256(content) === wanted ? undefined : `${path} was changed`;
    }),
  );
  return found.flatMap((one) => one ?? []);
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
