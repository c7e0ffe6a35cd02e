import { rm } from "node:fs/promises";
import { buildArtifacts } from "../local/engine/build.ts";
import { chittyopsHome } from "../local/engine/home.ts";

/** Before all tests: fresh bundles. After them: the run's own home is removed. */
export default async function setup(): Promise<() => Promise<void>> {
  console.error(`Seed ${process.env.CHITTYOPS_TEST_SEED} (repeat with CHITTYOPS_TEST_SEED=…)`);
  // A bundle that does not build fails the tests that need it, and no others.
  await buildArtifacts().catch((error: Error) => console.error(error.message));
  return () => rm(chittyopsHome(), { recursive: true, force: true });
}
