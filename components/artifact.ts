import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, normalize } from "node:path";
import type { ResolvedService } from "../catalog/index.ts";
import type { InputProblem } from "./input-problems.ts";
import { repositoryPath } from "./program-path.ts";

/** A bundle on disk: `path` is relative to the repository, `sha256` what the file was found to be. */
export interface Bundle {
  path: string;
  sha256: string;
}

/** Bundles of a stack: `shell` and, by service, those that have code of their own. */
export interface Bundles {
  shell: Bundle;
  own: ReadonlyMap<string, Bundle>;
}

type Artifact = NonNullable<NonNullable<ResolvedService["worker"]>["artifact"]>;

const shell = "runtime/dist/shell.mjs";
/** Every program that reaches the cloud or runs beside it has to be built before a preview. */
const built = [shell, "components/dist/health-gate.mjs"];

/** Finds the bundle of every service and checks it. All problems are reported, none is thrown. */
export async function findBundles(
  services: readonly ResolvedService[],
): Promise<{ bundles: Bundles; problems: InputProblem[] }> {
  const problems: InputProblem[] = [];
  for (const path of built) {
    const found = await builtBundle(path);
    if ("found" in found) problems.push(found);
  }
  const own = new Map<string, Bundle>();
  await Promise.all(
    services.map(async ({ name, worker }) => {
      if (worker?.artifact === undefined) return;
      const found = await findBundle(name, worker.artifact);
      if ("path" in found) own.set(name, found);
      else problems.push(found);
      const directory = worker.assets?.directory;
      if (directory !== undefined && !(await isDirectory(directory))) {
        problems.push({
          propertyPath: `services["${name}"].hosting.assets.directory`,
          found: `no folder ${directory}`,
          expected: "the service's static files, relative to the repository",
          remedy: "build the service, or correct the path in its catalog file",
        });
      }
    }),
  );
  problems.sort((a, b) => (a.propertyPath < b.propertyPath ? -1 : 1));
  return { bundles: { shell: { path: shell, sha256: (await digest(shell)) ?? "" }, own }, problems };
}

/** A bundle that a build of this repository makes, or that it was not made. */
export async function builtBundle(path: string): Promise<Bundle | InputProblem> {
  const sha256 = await digest(path);
  if (sha256 !== undefined) return { path, sha256 };
  const expected = "the bundle that a build makes";
  return { propertyPath: path, found: "no such file", expected, remedy: "run npm run build" };
}

async function findBundle(name: string, artifact: Artifact): Promise<Bundle | InputProblem> {
  const field = `services["${name}"].hosting.artifact`;
  const path = "path" in artifact ? normalize(artifact.path) : `.chittyops/artifacts/${artifact.sha256}.mjs`;
  if (isAbsolute(path) || path.startsWith("..")) {
    const expected = "a path below the repository";
    return { propertyPath: `${field}.path`, found: path, expected, remedy: "copy the bundle below the repository" };
  }
  let sha256 = await digest(path);
  if (sha256 === undefined && "url" in artifact) {
    const failure = await download(artifact.url, path);
    if (failure !== undefined) {
      const expected = "the bundle to download";
      return { propertyPath: `${field}.url`, found: failure, expected, remedy: `check ${artifact.url}` };
    }
    sha256 = await digest(path);
  }
  if (sha256 === undefined) {
    const remedy = "build the service, or correct the path in its catalog file";
    return { propertyPath: `${field}.path`, found: `no file ${path}`, expected: "the service's bundle", remedy };
  }
  if (sha256 !== artifact.sha256) {
    // A download is kept under the digest that was asked for: the next run must not take this one for it.
    if ("url" in artifact) await rm(repositoryPath(path), { force: true });
    return {
      propertyPath: `${field}.sha256`,
      found: `a bundle whose sha256 is ${sha256}`,
      expected: artifact.sha256,
      remedy: `deploy the bundle that was meant, or set sha256: "${sha256}"`,
    };
  }
  return { path, sha256 };
}

async function digest(path: string): Promise<string | undefined> {
  try {
    return createHash("sha256")
      .update(await readFile(repositoryPath(path)))
      .digest("hex");
  } catch {
    return undefined;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(repositoryPath(path)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Says what went wrong, if anything did. A reader never sees half a file. */
async function download(url: string, path: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) return `HTTP ${response.status}`;
    const target = repositoryPath(path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.${process.pid}`, await response.bytes());
    await rename(`${target}.${process.pid}`, target);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
