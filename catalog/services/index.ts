import type { ServiceSpec } from "../schema/service.ts";
import { chittyfinance } from "./chittyfinance.ts";
import { chittyregistry } from "./chittyregistry.ts";
import { chittytrack } from "./chittytrack.ts";

/** Every service, one file each. */
export const services: readonly ServiceSpec[] = [chittyfinance, chittyregistry, chittytrack];
