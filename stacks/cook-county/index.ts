import { familyConfig } from "../shared/family-config.ts";
import { runStack } from "../shared/run-stack.ts";

/** The Cook County stack: apps of courts and agencies, in one environment. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> =>
  runStack({
    config: familyConfig,
    providers: ["cloudflare", "command", "random"],
    load: async () => (await import("./cook-county.ts")).cookCounty,
  });
