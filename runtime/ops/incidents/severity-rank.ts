import { type Severity, severities } from "../../../contracts/ops-incidents.ts";

/** The smaller, the worse. */
export const rank = (severity: Severity): number => severities.indexOf(severity);
