import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { buildArtifacts } from "./build.ts";
import type { Engine } from "./engine.ts";
import { localPath, repositoryRoot } from "./home.ts";
import { hasOfficialLanguageHost, installLanguageHost, installStandIns } from "./plugins.ts";

export interface EnvironmentOptions {
  /** It may still be looked for: bundles are built meanwhile. */
  engine: Engine | Promise<Engine>;
  /** `stand-in`: ours, nothing is downloaded. `official`: the engine downloads what the program asks for. */
  plugins: "stand-in" | "official";
  /**
   * `private` (default): a PULUMI_HOME below CHITTYOPS_HOME. `user`: the person's own, with their logins and plugins, left as it is;
   * only with official plugins.
   */
  home?: "private" | "user";
}

/**
 * Environment variables for running the engine; what is not named here comes from the caller's own environment.
 * Builds the artifacts that are not fresh and installs plugins and language host into the private home.
 */
export async function engineEnvironment(options: EnvironmentOptions): Promise<Record<string, string>> {
  const { plugins, home = "private" } = options;
  const [engine] = await Promise.all([options.engine, buildArtifacts()]);
  const folders = [dirname(process.execPath), dirname(engine.pulumi), process.env.PATH ?? ""];
  const shared = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Program and plugins are compiled once, and not at each run: a fifth of the time of a run that changes nothing.
    NODE_COMPILE_CACHE: join(repositoryRoot, "node_modules", ".cache", "chittyops-compiled"),
    // The engine writes the whole state at each step; collecting its garbage less often saves a fifth of the engine's time for some memory.
    GOGC: process.env.GOGC ?? "400",
    // The engine need not wait for a plugin's answer about one resource before it asks about the next.
    PULUMI_PARALLEL_DIFF: "true",
    // Nearly all of a run is waiting for the cloud, so that the engine's default, four operations for each processor, leaves it idle.
    PULUMI_PARALLEL: process.env.PULUMI_PARALLEL ?? "32",
  };
  if (home === "user") {
    // Here our language host can only come from PATH; the engine says so in a warning.
    const path = hasOfficialLanguageHost(engine) ? folders : [engine.languageHost, ...folders];
    return { ...shared, PATH: path.join(delimiter) };
  }

  const folder = localPath(plugins === "official" ? "pulumi-official" : "pulumi");
  await mkdir(folder, { recursive: true });
  await installLanguageHost(folder, engine);
  if (plugins === "stand-in") await installStandIns(folder);
  return {
    ...shared,
    PATH: folders.join(delimiter),
    PULUMI_HOME: folder,
    // A plugin that a person has on PATH must not come before the ones in this home.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    ...(plugins === "stand-in" ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}
