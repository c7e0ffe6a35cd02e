import { runStack } from "../shared/run-stack.ts";
import { digitalDossier } from "./digital-dossier.ts";

/** The Digital Dossier stack: what the tenants have in common, in an account of its own. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> => runStack(digitalDossier);
