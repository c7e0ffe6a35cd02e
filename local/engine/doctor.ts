import { existsSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isInstalled } from "./dependencies.mjs";
import type { Engine } from "./engine.ts";
import { chittyopsHome, localPath, repositoryRoot } from "./home.ts";
import { engineVersion } from "./pin.ts";
import { hasOfficialLanguageHost, installedStandIns, standIns } from "./plugins.ts";
import { findEngine } from "./resolve.ts";
import { usableGo } from "./sources/build.ts";
import { engineCacheFolder } from "./sources/cache.ts";

/** One thing this machine needs. `ok` also when it is missing but made without anybody's help at the next start. */
export interface Diagnosis {
  name: string;
  ok: boolean;
  /** What was found, where, which version. */
  found: string;
  /** What to do, where something is to be done. */
  remedy?: string;
}

/** Modules, build cache and the engine itself, when it is built here. */
const spaceToBuild = 4e9;
const spaceToRun = 5e8;

/** Looks at the tool chain and the folders it works in; changes nothing. */
export async function diagnose(): Promise<Diagnosis[]> {
  const [{ engine, attempts }, go] = await Promise.all([findEngine(), lookForGo()]);
  const missing = attempts.map(({ way, reason }) => `${way}: ${reason}`).join("; ");
  return [
    node(),
    packages(),
    engine
      ? { name: "engine", ok: true, found: `Pulumi ${engine.version} from ${engine.source}, ${engine.pulumi}` }
      : { name: "engine", ok: go.ok, found: `none yet (${missing})`, remedy: engineRemedy(go.ok) },
    await languageHost(engine),
    await plugins(),
    goRow(go, engine),
    await space(engine),
    await home(),
  ];
}

function node(): Diagnosis {
  const found = `${process.version}, ${process.execPath}`;
  if (Number(process.versions.node.split(".")[0]) >= 24) return { name: "node", ok: true, found };
  return {
    name: "node",
    ok: false,
    found,
    remedy: "run commands through npm or npx, which use the Node 24 of node_modules",
  };
}

function packages(): Diagnosis {
  if (isInstalled(repositoryRoot)) return { name: "npm packages", ok: true, found: "as package-lock.json says" };
  return { name: "npm packages", ok: false, found: "not what package-lock.json says", remedy: "npm ci, or npm start" };
}

function engineRemedy(hasGo: boolean): string {
  if (hasGo) return "npm start downloads it, or builds it from Go modules";
  return `npm start downloads it where get.pulumi.com can be reached; elsewhere install Pulumi ${engineVersion} or later, or Go from https://go.dev/dl/`;
}

async function languageHost(engine: Engine | undefined): Promise<Diagnosis> {
  const name = "language host";
  if (engine && hasOfficialLanguageHost(engine)) {
    return { name, ok: true, found: `the official one, ${join(engine.languageHost, "pulumi-language-nodejs")}` };
  }
  const bundle = join(import.meta.dirname, "dist", "language-host.mjs");
  if (existsSync(bundle)) return { name, ok: true, found: `ours, ${bundle}` };
  return { name, ok: true, found: "ours, not built yet (npm start builds it)" };
}

async function plugins(): Promise<Diagnosis> {
  const name = "plugins";
  const home = localPath("pulumi");
  const installed = await installedStandIns(home);
  const missing = standIns.filter((wanted) => !installed.some((plugin) => plugin.name === wanted));
  const list = installed.map((plugin) => `${plugin.name} ${plugin.version}`).join(", ");
  if (missing.length === 0) return { name, ok: true, found: `${list}, stand-ins in ${home}` };
  return { name, ok: true, found: `${list || "none"} in ${home}; ${missing.join(", ")} installed at the next start` };
}

interface Go {
  ok: boolean;
  found: string;
}

async function lookForGo(): Promise<Go> {
  return usableGo(process.env.PATH ?? "").then(
    ({ go, version }) => ({ ok: true, found: `${version}, ${go}` }),
    (error: Error) => ({ ok: false, found: error.message }),
  );
}

/** Go is only needed to build an engine where there is no other way to one. */
function goRow(go: Go, engine: Engine | undefined): Diagnosis {
  if (go.ok) return { name: "go", ...go };
  if (engine) return { name: "go", ok: true, found: `${go.found}; not needed, there is an engine` };
  return { name: "go", ...go, remedy: "install Go from https://go.dev/dl/, unless the engine can be downloaded" };
}

async function space(engine: Engine | undefined): Promise<Diagnosis> {
  const needed = engine ? spaceToRun : spaceToBuild;
  const places = [existingFolder(chittyopsHome()), existingFolder(engineCacheFolder())];
  const free = await Promise.all(
    places.map(async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return { folder, bytes: bavail * bsize };
    }),
  );
  const found = free.map(({ folder, bytes }) => `${(bytes / 1e9).toFixed(1)} GB free at ${folder}`).join(", ");
  if (free.every(({ bytes }) => bytes >= needed)) return { name: "disk", ok: true, found };
  return { name: "disk", ok: false, found, remedy: `free at least ${needed / 1e9} GB there` };
}

function existingFolder(path: string): string {
  return existsSync(path) ? path : existingFolder(dirname(path));
}

async function home(): Promise<Diagnosis> {
  const folder = chittyopsHome();
  const writable = existingFolder(folder);
  try {
    await access(writable, constants.R_OK | constants.W_OK | constants.X_OK);
    return { name: "home", ok: true, found: writable === folder ? folder : `${folder} (made at the first start)` };
  } catch {
    const found = `${writable} is no folder that can be read and written`;
    return {
      name: "home",
      ok: false,
      found,
      remedy: `chown or chmod ${writable}, or set CHITTYOPS_HOME to another folder`,
    };
  }
}
