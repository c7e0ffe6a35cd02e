import { runStack } from "../shared/run-stack.ts";
import { dossierTenant } from "./dossier-tenant.ts";

/** The stack of one tenant of Digital Dossier. Its name is `<environment>-<tenant>`. */
export default (): Promise<Record<string, unknown>> => runStack(dossierTenant);
