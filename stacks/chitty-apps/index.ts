import { runStack } from "../shared/run-stack.ts";
import { chittyApps } from "./chitty-apps.ts";

/** The Chitty Apps stack: consumer apps, in one environment. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> => runStack(chittyApps);
