// Some registries hold back the packages of platforms other than their own. npm then leaves these out of package-lock.json, and
// `npm ci` refuses the lockfile everywhere. This adds them: name, version and platform, but no integrity, which is not known here.
// Run it after adding a dependency: node local/engine/complete-lockfile.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./home.ts";

interface LockedPackage {
  version?: string | undefined;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
type Packages = Record<string, LockedPackage>;

const systems: Record<string, string> = {
  aix: "aix",
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  openharmony: "openharmony",
  win32: "win32",
  windows: "win32",
};
const processors: Record<string, string> = { "64": "x64" };
const libraries: Record<string, string> = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

/** Optional packages that are named by a locked package, but not locked themselves. */
export function missingPackages(packages: Packages): { path: string; entry: LockedPackage }[] {
  const missing = new Map<string, LockedPackage>();
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const own = `${path}/node_modules/${name}`;
      const shared = `node_modules/${name}`;
      if (packages[own] || packages[shared] || !/^\d+\.\d+\.\d+/.test(version)) continue;
      missing.set(shared, sorted({ version, ...(dev ? { dev } : {}), optional: true, ...platformOf(name) }));
    }
  }
  return [...missing].map(([path, entry]) => ({ path, entry }));
}

/** As npm writes it: the version, then the rest by name. */
function sorted({ version, ...rest }: LockedPackage): LockedPackage {
  return { version, ...Object.fromEntries(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, "en"))) };
}

/** The platform a package of binaries is for, as its name says: `@cloudflare/workerd-darwin-arm64`. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const words = name.split(/[/-]/);
  const at = words.findIndex((word) => word in systems);
  const system = systems[words[at] ?? ""];
  const cpu = words[at + 1];
  if (system === undefined || cpu === undefined) return {};
  const libc = libraries[words.at(-1) ?? ""];
  return {
    os: [system],
    cpu: [processors[cpu] ?? cpu],
    ...(system === "linux" && libc ? { libc: [libc] } : {}),
  };
}

if (import.meta.main) {
  const path = join(repositoryRoot, "package-lock.json");
  const lockfile = JSON.parse(readFileSync(path, "utf8")) as { packages: Packages };
  const missing = missingPackages(lockfile.packages);
  for (const { path: key, entry } of missing) lockfile.packages[key] = entry;
  const { "": root, ...rest } = lockfile.packages;
  const byPath = Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, "en"));
  lockfile.packages = { ...(root ? { "": root } : {}), ...Object.fromEntries(byPath) };
  writeFileSync(path, `${JSON.stringify(lockfile, null, 2)}\n`);
  console.log(
    `Added ${missing.length} packages: ${missing.map(({ path: key }) => key.slice(13)).join(", ") || "none"}`,
  );
}
