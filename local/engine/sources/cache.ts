import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, relative } from "node:path";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { NoEngineThisWay } from "../attempt.ts";
import { isExecutable } from "../executable.ts";

const manifest = z.object({
  version: z.string(),
  source: z.enum(["download", "build"]),
  /** Sha256 of each file of the engine's folder. */
  files: z.record(z.string(), z.string()),
});

/** Engines of this user, shared by all clones: `<user cache>/chittyops/engine`. */
export function engineCacheFolder(): string {
  const standard = process.platform === "darwin" ? join(homedir(), "Library/Caches") : join(homedir(), ".cache");
  return join(process.env.XDG_CACHE_HOME || standard, "chittyops", "engine");
}

/**
 * The cached engine in `folder`, every file of it checked against its sha256.
 * One that is not whole is not used; the next way replaces it.
 */
export async function engineInCache(folder: string): Promise<{ pulumi: string; version: string }> {
  if (!existsSync(folder)) throw new NoEngineThisWay(`nothing at ${folder} yet`);
  const listed = readManifest(folder);
  for (const [name, digest] of Object.entries(listed.files)) {
    const path = join(folder, name);
    const found = await sha256OfFile(path).catch(() => undefined);
    if (found === digest) continue;
    throw new NoEngineThisWay(
      `${path} ${found ? "does not have its recorded sha256" : "is missing"}: a damaged engine`,
    );
  }
  const pulumi = join(folder, "pulumi");
  if (!isExecutable(pulumi)) throw new NoEngineThisWay(`${pulumi} is not an executable file: a damaged engine`);
  return { pulumi, version: listed.version };
}

function readManifest(folder: string): z.infer<typeof manifest> {
  const path = join(folder, "engine.json");
  try {
    return manifest.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    throw new NoEngineThisWay(`${path} is ${existsSync(path) ? "damaged" : "missing"}: a half-built engine`);
  }
}

/**
 * Fills the cache: `make` puts an engine's files into a temporary folder beside `folder`, which is then moved there in one step.
 * Whatever an interrupted run left behind is removed. The caller holds the lock.
 */
export async function fillCache(
  folder: string,
  version: string,
  source: "download" | "build",
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const parent = join(folder, "..");
  await mkdir(parent, { recursive: true });
  const prefix = `${basename(folder)}.partial-`;
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const temporary = await mkdtemp(join(parent, prefix));
  try {
    await make(temporary);
    const files: Record<string, string> = {};
    for (const name of await filesBelow(temporary)) files[name] = await sha256OfFile(join(temporary, name));
    const text = JSON.stringify({ version, source, files } satisfies z.infer<typeof manifest>, null, 2);
    await writeFile(join(temporary, "engine.json"), `${text}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

/**
 * In a thread of its own: an engine has hundreds of megabytes, and there is other work meanwhile.
 * @returns hexadecimal
 */
export async function sha256OfFile(path: string): Promise<string> {
  const worker = new Worker(hashing, { eval: true, workerData: path });
  const [digest] = (await once(worker, "message")) as [string];
  return digest;
}

const hashing = `
  const { createHash } = require("node:crypto");
  const { openSync, readSync } = require("node:fs");
  const { parentPort, workerData } = require("node:worker_threads");
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = openSync(workerData);
  for (let length; (length = readSync(file, buffer)) > 0; ) hash.update(buffer.subarray(0, length));
  parentPort.postMessage(hash.digest("hex"));
`;
