import { mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { type EngineAttempt, type EngineSource, NoEngineThisWay } from "./attempt.ts";
import type { Engine } from "./engine.ts";
import { EngineUnavailable } from "./engine-unavailable.ts";
import { isExecutable, outputOf } from "./executable.ts";
import { engineKey, engineVersion } from "./pin.ts";
import { ourLanguageHost } from "./plugins.ts";
import { buildEngine } from "./sources/build.ts";
import { engineCacheFolder, engineInCache, fillCache } from "./sources/cache.ts";
import { downloadEngine, officialReleases } from "./sources/download.ts";
import { engineOnPath } from "./sources/path.ts";

/** Where to look; every field has a default that suits a person at a shell. */
export interface EngineOptions {
  /** PATH on which `pulumi` and `go` are looked for. */
  path?: string;
  /** Folder of cached engines. */
  cacheFolder?: string;
  /** Base URL of Pulumi's releases. */
  releases?: string;
  /** Gets a line of text when something slow goes on; standard error by default. */
  progress?: (line: string) => void;
}

/**
 * Finds the engine, or makes one: on PATH, in the user's cache, by official download, by building it from pinned Go modules.
 * Two processes at once download or build once.
 * @throws EngineUnavailable naming all four ways and why each failed.
 */
export async function resolveEngine(options: EngineOptions = {}): Promise<Engine> {
  const { engine: found, attempts } = await findEngine(options);
  if (found) return found;
  const path = searchPath(options);
  const progress = options.progress ?? ((line: string) => console.error(line));
  const folder = cachedEngine(options);
  const release = await lockFolder(folder, progress);
  try {
    const second = attempts.filter(({ way }) => way !== "cache");
    const made = await tryWay("cache", second, () => engineInCache(folder));
    if (made) return await engine(made, "cache", second);
    const downloaded = await tryWay("download", attempts, () =>
      make(folder, "download", (temporary) =>
        downloadEngine(temporary, options.releases ?? officialReleases(), progress),
      ),
    );
    if (downloaded) return await engine(downloaded, "download", attempts);
    const built = await tryWay("build", attempts, () =>
      make(folder, "build", (temporary) => buildEngine(temporary, path, progress)),
    );
    if (built) return await engine(built, "build", attempts);
  } finally {
    await release();
  }
  throw new EngineUnavailable(attempts);
}

/** The engine that is there already, on PATH or in the cache; makes nothing. */
export async function findEngine(options: EngineOptions = {}): Promise<{ engine?: Engine; attempts: EngineAttempt[] }> {
  const attempts: EngineAttempt[] = [];
  const folder = cachedEngine(options);
  const onPath = await tryWay("path", attempts, () => engineOnPath(searchPath(options)));
  if (onPath) return { engine: await engine(onPath, "path", attempts), attempts };
  const cached = await tryWay("cache", attempts, () => engineInCache(folder));
  if (cached) return { engine: await engine(cached, "cache", attempts), attempts };
  return { attempts };
}

function searchPath({ path }: EngineOptions): string {
  return path ?? process.env.PATH ?? "";
}

function cachedEngine({ cacheFolder }: EngineOptions): string {
  return join(cacheFolder ?? engineCacheFolder(), engineKey());
}

/** Milliseconds without a sign of life after which the process that was making the engine is taken for dead. */
const silence = 10_000;
const longestMaking = 30 * 60_000;

type Found = { pulumi: string; version: string };

async function tryWay(
  way: EngineSource,
  attempts: EngineAttempt[],
  find: () => Promise<Found>,
): Promise<Found | undefined> {
  try {
    const found = await find();
    attempts.push({ way, outcome: "found", reason: `${found.pulumi}, version ${found.version}` });
    return found;
  } catch (error) {
    if (!(error instanceof NoEngineThisWay)) throw error;
    attempts.push({ way, outcome: "failed", reason: error.message });
    return undefined;
  }
}

/** Makes an engine in the cache and proves that it runs before it is kept. */
async function make(
  folder: string,
  source: "download" | "build",
  put: (temporary: string) => Promise<void>,
): Promise<Found> {
  await fillCache(folder, engineVersion, source, async (temporary) => {
    await put(temporary);
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const version = await outputOf(join(temporary, "pulumi"), ["version"], env).catch((error: Error) => error.message);
    if (version.replace(/^v/, "") !== engineVersion) {
      throw new NoEngineThisWay(`the engine does not say it is version ${engineVersion} but: ${version}`);
    }
  });
  return { pulumi: join(folder, "pulumi"), version: engineVersion };
}

async function engine(found: Found, source: EngineSource, attempts: EngineAttempt[]): Promise<Engine> {
  const beside = dirname(await realpath(found.pulumi));
  const official = isExecutable(join(beside, "pulumi-language-nodejs"));
  return {
    ...found,
    source,
    languageHost: official ? beside : ourLanguageHost,
    attempts,
  };
}

/** Waits as long as another process is making the engine; a lock left by a dead one is taken after `silence`. */
async function lockFolder(folder: string, progress: (line: string) => void): Promise<() => Promise<void>> {
  const deadline = Date.now() + longestMaking;
  await mkdir(dirname(folder), { recursive: true });
  for (let told = false; ; told = true) {
    try {
      return await lock(folder, {
        realpath: false,
        stale: silence,
        update: silence / 5,
        retries: { retries: 4, minTimeout: 250, maxTimeout: 500 },
        // Lost only when this process stood still for long: at worst the engine is made twice, and each is moved in place whole.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED" || Date.now() > deadline) throw error;
      if (!told) progress("Another process is making the Pulumi engine; waiting for it …");
    }
  }
}
