import { runStack } from "../shared/run-stack.ts";
import { core } from "./core.ts";

/** The core stack: everything that ChittyOS itself runs in one environment. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> => runStack(core);
