import { z } from "zod";

/** A package of npm that has code in a bundle. */
const bundledPackage = z.object({ name: z.string().min(1).max(214), version: z.string().min(1).max(256) });
export type BundledPackage = z.infer<typeof bundledPackage>;

/** How the last line of a bundle begins, in which its own build wrote what it is made of; the rest of the line is JSON. */
export const packagesMark = "//# packages=";

/** The line that says what is in a bundle, for whoever asks what advisories there are. */
export function packagesLine(packages: readonly BundledPackage[]): string {
  return `\n${packagesMark}${JSON.stringify(packages.map(({ name, version }) => ({ name, version })))}\n`;
}

/** What a bundle's own build wrote into it; undefined: it wrote nothing that can be read, so nothing is known. */
export function packagesIn(code: string): BundledPackage[] | undefined {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  if (!last.startsWith(packagesMark)) return undefined;
  try {
    return z.array(bundledPackage).parse(JSON.parse(last.slice(packagesMark.length)));
  } catch {
    return undefined;
  }
}
