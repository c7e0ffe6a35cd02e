import type * as pulumi from "@pulumi/pulumi";

/** The size of a compute endpoint. What is absent is Neon's choice. */
export interface EndpointSettings {
  /** Smallest size in compute units of 4 GB: 0.25, 0.5 or whole units. Example: 0.25. */
  autoscalingLimitMinCu?: pulumi.Input<number>;
  /** Largest size in compute units: at most 16 and 8 above the smallest, or equal to it (then up to 56). Example: 2. */
  autoscalingLimitMaxCu?: pulumi.Input<number>;
  /** Seconds without a connection after which it is suspended: 60 to 604800, -1 for never, 0 for Neon's default of 300. */
  suspendTimeoutSeconds?: pulumi.Input<number>;
  /** Postgres settings. Example: `{ statement_timeout: "30s" }`. */
  pgSettings?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}
