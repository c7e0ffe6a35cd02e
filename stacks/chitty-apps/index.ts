import { familyConfig } from "../shared/family-config.ts";
import { runStack } from "../shared/run-stack.ts";

/** The Chitty Apps stack: consumer apps, in one environment. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> =>
  runStack({
    config: familyConfig,
    providers: ["cloudflare", "command"],
    load: async () => (await import("./chitty-apps.ts")).chittyApps,
  });
