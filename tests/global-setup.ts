import { rm } from "node:fs/promises";
import { buildArtifacts } from "../local/engine/build.ts";
import { chittyopsHome } from "../local/engine/home.ts";
import { resolveEngine } from "../local/engine/resolve.ts";

/** Before all tests: fresh bundles and an engine. After them: the run's own home is removed. */
export default async function setup(): Promise<() => Promise<void>> {
  console.error(`Seed ${process.env.CHITTYOPS_TEST_SEED} (repeat with CHITTYOPS_TEST_SEED=…)`);
  // A bundle that does not build fails the tests that need it, and no others.
  await buildArtifacts().catch((error: Error) => console.error(error.message));
  // Made once, here, where it may take minutes; a test that needs it then finds it in the cache, or fails with the reasons.
  await resolveEngine().catch((error: Error) => console.error(error.message));
  return () => rm(chittyopsHome(), { recursive: true, force: true, maxRetries: 5 });
}
