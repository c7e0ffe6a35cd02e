import { NoEngineThisWay } from "../attempt.ts";
import { executablesOnPath, outputOf } from "../executable.ts";
import { engineVersion } from "../pin.ts";
import { isAtLeast, parseVersion } from "../version.ts";

/** The first `pulumi` on `path` of the right major version that is not older than the pinned one. */
export async function engineOnPath(path: string): Promise<{ pulumi: string; version: string }> {
  const reasons: string[] = [];
  for (const pulumi of executablesOnPath("pulumi", path)) {
    try {
      const env = { ...process.env, PATH: path, PULUMI_SKIP_UPDATE_CHECK: "true" };
      const version = (await outputOf(pulumi, ["version"], env)).replace(/^v/, "");
      if (isAtLeast(version, engineVersion) && parseVersion(version)?.[0] === 3) return { pulumi, version };
      reasons.push(`${pulumi} is version ${version}, expected 3.x from ${engineVersion} on`);
    } catch (error) {
      reasons.push(`${pulumi} does not run (${(error as Error).message})`);
    }
  }
  throw new NoEngineThisWay(reasons.length > 0 ? reasons.join("; ") : "there is no pulumi on PATH");
}
