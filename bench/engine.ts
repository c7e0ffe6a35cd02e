import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../local/engine/bundle.ts";
import { engineEnvironment } from "../local/engine/environment.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { resolveEngine } from "../local/engine/resolve.ts";
import { type Run, run } from "./process.ts";

/** One stack of a program below `programs/`, on a file backend of its own. */
export interface BenchStack {
  up: (config: Record<string, string | number>, env?: Record<string, string>) => Promise<Run>;
  /** With more arguments for the engine; fails where a policy refuses the plan. */
  preview: (config: Record<string, string | number>, more: readonly string[]) => Promise<Run>;
  destroy: (env?: Record<string, string>) => Promise<Run>;
}

/** Creates an empty stack of `bench/programs/<program>`. `CHITTYOPS_HOME` must already point at the benchmark's own home. */
export async function benchStack(program: "nothing" | "bare" | "databases" | "policed"): Promise<BenchStack> {
  const engine = await resolveEngine();
  const folder = await mkdtemp(join(tmpdir(), `chittyops-bench-${program}-`));
  const backend = join(folder, "backend");
  await mkdir(backend);
  const base: Record<string, string> = {
    ...(await engineEnvironment({ engine, plugins: "stand-in" })),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_OPTION_CONFIG_FILE: join(folder, "Pulumi.bench.yaml"),
  };
  if (program === "nothing" || program === "policed") await installNothing(base);
  const cwd = join(repositoryRoot, "bench", "programs", program);
  const configFile = join(folder, "Pulumi.bench.yaml");
  await writeFile(configFile, "");
  const pulumi = (args: string[], env?: Record<string, string>) =>
    run(engine.pulumi, [...args, "--non-interactive"], { cwd, env: { ...base, ...env } });
  const configure = (config: Record<string, string | number>) =>
    setConfig(
      configFile,
      Object.entries(config).map(([key, value]) => `  bench-${program}:${key}: ${JSON.stringify(String(value))}`),
    );
  await pulumi(["stack", "init", "bench"]);
  return {
    up: async (config, env) => {
      await configure(config);
      return pulumi(["up", "--yes", "--skip-preview", "--stack", "bench"], env);
    },
    preview: async (config, more) => {
      await configure(config);
      return pulumi(["preview", "--stack", "bench", ...more]);
    },
    destroy: (env) => pulumi(["destroy", "--yes", "--skip-preview", "--stack", "bench"], env),
  };
}

/** Keeps the encryption salt that the engine wrote and replaces the rest. */
async function setConfig(path: string, lines: string[]): Promise<void> {
  const salt = (await readFile(path, "utf8")).split("\n").find((line) => line.startsWith("encryptionsalt:"));
  await writeFile(path, [...(salt ? [salt] : []), "config:", ...lines, ""].join("\n"));
}

async function installNothing(env: Record<string, string>): Promise<void> {
  const home = env.PULUMI_HOME;
  if (home === undefined) throw new Error("engineEnvironment gave no PULUMI_HOME.");
  await bundle(repositoryRoot, { entry: "bench/nothing/main.ts", output: "bench/dist/nothing.mjs", target: "node" });
  const plugin = join(home, "plugins", "resource-nothing-v0.0.1");
  await mkdir(plugin, { recursive: true });
  const executable = join(plugin, "pulumi-resource-nothing");
  const script = join(repositoryRoot, "bench", "dist", "nothing.mjs");
  await writeFile(executable, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  await chmod(executable, 0o755);
}
