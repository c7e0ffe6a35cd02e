import { createHash } from "node:crypto";
import type { DeployedScript } from "../types.ts";

/** The headers of a request that decide about the version. */
export interface VersionHeaders {
  /** `Cloudflare-Workers-Version-Overrides`, e.g. `my-script="<version id>", other="<version id>"`. */
  overrides?: string | undefined;
  /** `Cloudflare-Workers-Version-Key`: requests with the same key get the same version. */
  key?: string | undefined;
}

/**
 * Picks a version of a script by its share of the requests.
 * https://developers.cloudflare.com/workers/configuration/versions-and-deployments/gradual-deployments/
 */
export function chooseVersion(script: DeployedScript, headers: VersionHeaders): string | undefined {
  const [first] = script.versions;
  if (!first) return undefined;
  if (script.versions.length === 1 && headers.overrides === undefined) return first.spec.versionId;
  const wanted = headers.overrides === undefined ? undefined : overrideFor(script.scriptName, headers.overrides);
  if (wanted !== undefined && script.versions.some(({ spec }) => spec.versionId === wanted)) return wanted;
  let share = (headers.key === undefined ? Math.random() : shareOf(`${script.key}\0${headers.key}`)) * 100;
  for (const { spec, percentage } of script.versions) {
    share -= percentage;
    if (share < 0) return spec.versionId;
  }
  return first.spec.versionId;
}

function overrideFor(scriptName: string, header: string): string | undefined {
  for (const [, name, version] of header.matchAll(/([^\s,="]+)\s*=\s*"([^"]*)"/g))
    if (name === scriptName) return version;
  return undefined;
}

/** A number in [0, 1) that depends on the text only. */
function shareOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
