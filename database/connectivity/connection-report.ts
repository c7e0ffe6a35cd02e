import type { LatencyFound } from "./latency.ts";
import type { TlsFound } from "./network-probes.ts";
import type { PoolSaturation } from "./pool-saturation.ts";
import type { RolePrivileges } from "./role-privileges.ts";
import type { ServerFound } from "./server-found.ts";

export const connectionSteps = [
  "address",
  "tcp",
  "tls",
  "authentication",
  "latency",
  "server",
  "privileges",
  "saturation",
] as const;

/** One step on the way to a working session. `warning`: it works, but somebody should look at it. */
export interface StepResult {
  step: (typeof connectionSteps)[number];
  state: "passed" | "warning" | "failed" | "skipped";
  found: string;
  remedy?: string;
}

/** What `testConnection` found. Holds neither the URI nor the password. */
export interface ConnectionReport {
  /** The URI without its password. */
  target: string;
  /** Whether no step failed. */
  ok: boolean;
  /** Every step, in order; those after a failed one are skipped. */
  steps: readonly StepResult[];
  tls?: TlsFound;
  /** How often authentication was tried; more than once where the endpoint was waking. */
  attempts: number;
  latency?: LatencyFound;
  server?: ServerFound;
  privileges?: RolePrivileges;
  saturation?: PoolSaturation;
}
