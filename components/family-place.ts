import type { environments, FamilyName } from "../catalog/index.ts";
import { courtStandInBundle } from "../contracts/court-stand-in.ts";
import { liteChildBundle } from "../contracts/lite-child.ts";
import { type Bundle, builtBundle } from "./artifact.ts";
import type { CoreReference } from "./core-outputs.ts";
import type { InputProblem } from "./input-problems.ts";

/** What the apps of one family share in a stack. It holds live objects, so it is no input of a component. */
export interface FamilyPlace {
  environment: (typeof environments)[keyof typeof environments];
  family: FamilyName;
  accountId: string;
  zoneId: string;
  /** Of `local`: where the edge listens, e.g. `http://127.0.0.1:41802`; requests go there with the app's host. */
  edgeUrl?: string | undefined;
  /** The parent. */
  core: CoreReference;
  bundles: FamilyBundles;
}

/** The code at the edge that every app of a family runs. */
interface FamilyBundles {
  child: Bundle;
  tail: Bundle;
  /** What stands in for a court's system. */
  court: Bundle;
}

/** @returns the bundles, or what is missing. */
export async function findFamilyBundles(): Promise<{ bundles: FamilyBundles; problems: InputProblem[] }> {
  const paths = [liteChildBundle, "runtime/dist/tail.mjs", courtStandInBundle, "components/dist/health-gate.mjs"];
  const found = await Promise.all(paths.map(builtBundle));
  const problems = found.flatMap((one) => (one !== undefined && "found" in one ? [one] : []));
  const [child, tail, court] = found.map((one) =>
    one !== undefined && "path" in one ? one : { path: "", sha256: "" },
  );
  if (child === undefined || tail === undefined || court === undefined)
    throw new Error("there are more paths than that");
  return { bundles: { child, tail, court }, problems };
}
