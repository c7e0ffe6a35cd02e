import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The packages that the package.json governing `folder` names, with the versions installed; sorted by name. */
export function programDependencies(folder: string): { name: string; version: string }[] {
  const manifest = nearestManifest(folder);
  if (!manifest) return [];
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  return Object.entries({ ...devDependencies, ...dependencies })
    .map(([name, wanted]) => ({ name, version: installedVersion(name, manifest) ?? wanted }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function nearestManifest(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, "package.json");
    if (existsSync(path)) return path;
    if (at === dirname(at)) return undefined;
  }
}

function installedVersion(name: string, manifest: string): string | undefined {
  for (const folder of createRequire(manifest).resolve.paths(name) ?? []) {
    const path = join(folder, name, "package.json");
    if (existsSync(path)) return (JSON.parse(readFileSync(path, "utf8")) as { version?: string }).version;
  }
  return undefined;
}
