import { familyConfig } from "../shared/family-config.ts";
import { runStack } from "../shared/run-stack.ts";

/** The Digital Dossier stack: what the tenants have in common, in an account of its own. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> =>
  runStack({
    config: familyConfig,
    providers: ["cloudflare"],
    load: async () => (await import("./digital-dossier.ts")).digitalDossier,
  });
