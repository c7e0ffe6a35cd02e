import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NoEngineThisWay } from "../attempt.ts";
import { executablesOnPath, outputOf } from "../executable.ts";
import { buildFlags, engineVersion, goModule } from "../pin.ts";

const command = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** From this version on Go fetches the toolchain a go.mod asks for by itself, as a checksummed module. */
const oldestSwitchingGo: [number, number] = [1, 21];
const progressEvery = 10_000;

/**
 * Builds the engine into `folder` from the modules that go.mod pins and go.sum checksums.
 * @param path PATH on which Go is looked for.
 * @throws NoEngineThisWay when there is no Go, it is too old, or it fails; with Go's own last lines.
 */
export async function buildEngine(folder: string, path: string, progress: (line: string) => void): Promise<void> {
  const env = { ...process.env, PATH: path, CGO_ENABLED: "0", GOWORK: "off" };
  const { go } = await usableGo(path);
  progress(
    `Building the Pulumi engine ${engineVersion} from pinned Go modules: about 1,700 packages, some minutes, once per machine …`,
  );
  const started = Date.now();
  const counted = counter(progress, started);
  await run(go, ["build", "-v", ...buildFlags, "-o", join(folder, "pulumi"), command], env, counted);
  progress(`Built the Pulumi engine in ${seconds(started)} s.`);
}

/**
 * The Go on `path` that can build the engine.
 * @throws NoEngineThisWay when there is none, or it is too old to fetch the toolchain that go.mod asks for.
 */
export async function usableGo(path: string): Promise<{ go: string; version: string }> {
  const go = executablesOnPath("go", path)[0];
  if (!go) throw new NoEngineThisWay("there is no Go on PATH (install it from https://go.dev/dl/)");
  let found: string;
  try {
    found = await outputOf(go, ["env", "GOVERSION"], { ...process.env, PATH: path, GOTOOLCHAIN: "local" });
  } catch (error) {
    throw new NoEngineThisWay(`${go} does not run (${(error as Error).message})`);
  }
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(found)?.map(Number) ?? [];
  const [oldestMajor, oldestMinor] = oldestSwitchingGo;
  if (major === oldestMajor && minor !== undefined && minor >= oldestMinor) return { go, version: found };
  throw new NoEngineThisWay(
    `${go} is ${found || "of unknown version"}, expected go${oldestSwitchingGo.join(".")} or later (install one from https://go.dev/dl/)`,
  );
}

/** Go names each module it downloads and each package it compiles: a line every few seconds says how far it is. */
function counter(progress: (line: string) => void, started: number): (line: string) => void {
  let modules = 0;
  let packages = 0;
  let told = Date.now();
  return (line) => {
    if (line.startsWith("go: downloading")) modules += 1;
    else packages += 1;
    if (Date.now() - told < progressEvery) return;
    told = Date.now();
    progress(`  ${seconds(started)} s: ${modules} modules downloaded, ${packages} packages compiled`);
  };
}

async function run(go: string, args: string[], env: NodeJS.ProcessEnv, onLine: (line: string) => void): Promise<void> {
  const child = spawn(go, args, { cwd: goModule, env, stdio: ["ignore", "ignore", "pipe"] });
  const last: string[] = [];
  const lines = createInterface({ input: child.stderr });
  lines.on("line", (line) => {
    onLine(line);
    last.push(line);
    if (last.length > 3) last.shift();
  });
  const code = await new Promise<number | string>((done, failed) => {
    child.on("error", failed);
    child.on("close", (exit, signal) => done(exit ?? signal ?? "unknown"));
  }).catch((error: Error) => error.message);
  if (code !== 0) throw new NoEngineThisWay(`go build failed (${code}): ${last.join(" / ") || "it printed nothing"}`);
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}
