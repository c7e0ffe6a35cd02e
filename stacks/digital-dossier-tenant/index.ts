import { runStack } from "../shared/run-stack.ts";
import { tenantConfig } from "./config.ts";

/** The stack of one tenant of Digital Dossier. Its name is `<environment>-<tenant>`. */
export default (): Promise<Record<string, unknown>> =>
  runStack({
    config: tenantConfig,
    providers: ["cloudflare", "command", "neon", "random"],
    load: async () => (await import("./dossier-tenant.ts")).dossierTenant,
  });
