import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundledPackage } from "../../contracts/bundle-packages.ts";

/**
 * The packages that a bundle was made from, sorted, each version once.
 * @param inputs as esbuild's metafile names them, relative to `root`
 * @throws Error where a package has no manifest: what is in the bundle is not known then
 */
export async function bundledPackages(root: string, inputs: readonly string[]): Promise<BundledPackage[]> {
  // The last `node_modules` counts: a package may have packages of its own inside.
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  const packages = new Map<string, BundledPackage>();
  for (const folder of folders) {
    const { name, version } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8")) as BundledPackage;
    packages.set(`${name}@${version}`, { name, version });
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
