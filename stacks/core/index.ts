import { runStack } from "../shared/run-stack.ts";
import { coreConfig } from "./config.ts";

/** The core stack: everything that ChittyOS itself runs in one environment. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> =>
  runStack({
    config: coreConfig,
    providers: ["cloudflare", "command", "neon", "random"],
    load: async () => (await import("./core.ts")).core,
  });
