import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import { repositoryRoot } from "./home.ts";
import { engineVersion } from "./pin.ts";
import { writeWhole } from "./write-whole.ts";

/** Resource plugins of ours that stand in for the official ones, by plugin name. */
export const standIns = ["cloudflare", "command", "random"] as const;

/** A plugin as the engine sees it in a PULUMI_HOME. */
interface InstalledPlugin {
  name: string;
  version: string;
  /** The executable. */
  path: string;
}

/** Puts the stand-in plugins into `home`, each under the version of the npm SDK whose programs ask for it. */
export async function installStandIns(home: string): Promise<InstalledPlugin[]> {
  const made = standIns.filter((name) => existsSync(bundlePath(name)));
  return Promise.all(
    made.map(async (name) => {
      const plugin = await placeOf(home, name);
      await installScript(plugin.path, bundlePath(name));
      return plugin;
    }),
  );
}

/** The stand-in plugins that are in `home`. */
export async function installedStandIns(home: string): Promise<InstalledPlugin[]> {
  const all = await Promise.all(standIns.map((name) => placeOf(home, name)));
  return all.filter(({ path }) => existsSync(path));
}

/** Puts the Node language host into `home`, unless the engine brings the official one. */
export async function installLanguageHost(home: string, engine: Engine): Promise<void> {
  if (hasOfficialLanguageHost(engine)) return;
  const path = join(home, "plugins", `language-nodejs-v${engineVersion}`, "pulumi-language-nodejs");
  await installScript(path, join(import.meta.dirname, "dist", "language-host.mjs"));
}

/** Whether the distribution the engine comes from has a language host of its own beside it. */
export function hasOfficialLanguageHost(engine: Engine): boolean {
  return engine.languageHost !== ourLanguageHost;
}

/** Folder for PATH with our language host. */
export const ourLanguageHost: string = join(import.meta.dirname, "language-host", "bin");

function bundlePath(name: string): string {
  return join(repositoryRoot, "providers", "dist", `${name}.mjs`);
}

/** Where the engine looks for the plugin that the installed SDK asks for. */
async function placeOf(home: string, name: string): Promise<InstalledPlugin> {
  const version = await sdkVersion(name);
  return { name, version, path: join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`) };
}

async function sdkVersion(name: string): Promise<string> {
  const manifest = join(repositoryRoot, "node_modules", "@pulumi", name, "package.json");
  return (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
}

async function installScript(path: string, bundle: string): Promise<void> {
  const script = `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(bundle)} "$@"\n`;
  const there = await readFile(path, "utf8").catch(() => "");
  if (there !== script) await writeWhole(path, script, 0o755);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
