import { runStack } from "../shared/run-stack.ts";
import { cookCounty } from "./cook-county.ts";

/** The Cook County stack: apps of courts and agencies, in one environment. Its name is the environment's. */
export default (): Promise<Record<string, unknown>> => runStack(cookCounty);
