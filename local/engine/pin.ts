import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The engine this repository is tested with: what is downloaded or built, and the oldest one accepted on PATH. */
export const engineVersion = "3.259.0";

/** Committed go.mod and go.sum that name and checksum every module the engine is built from. */
export const goModule: string = join(import.meta.dirname, "go");

/** Arguments of `go build`. Stripped and without paths of this machine, so that equal sources give equal engines. */
export const buildFlags: readonly string[] = [
  "-mod=readonly",
  "-buildvcs=false",
  "-trimpath",
  "-ldflags",
  `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${engineVersion}`,
];

/** Names one engine: 32 hexadecimal digits over the modules, the flags and the platform. */
export function engineKey(moduleFolder: string = goModule): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(moduleFolder, file)));
  hash.update(JSON.stringify([buildFlags, process.platform, process.arch]));
  return hash.digest("hex").slice(0, 32);
}
