/** What the caller knows of the endpoint; the database itself does not know it. */
export interface EndpointFacts {
  /** Compute units; 1 CU is about 1 vCPU and 4 GB of memory. */
  minCu: number;
  maxCu: number;
  /** As Neon has it: seconds, 0 for its default of 300, -1 for never. */
  suspendSeconds: number;
  /** Whether the application connects through the pooled host. */
  pooled: boolean;
  /** Of Neon's consumption history, in any order. */
  consumption?: readonly {
    /** ISO 8601. */
    start: string;
    end: string;
    /** CU-seconds: `compute_unit_seconds`, or `compute_time_seconds` of the older API. */
    computeSeconds: number;
    /** `active_time_seconds`. */
    activeSeconds: number;
  }[];
  /** How often it was started (operations `start_compute`) since when (ISO 8601). */
  starts?: { since: string; count: number };
}

/** Sizes that an endpoint with autoscaling may have: 0.25 to 16. Larger ones are fixed. Source: Neon's documentation of computes. */
export const autoscalingSizes = [0.25, 0.5, ...Array.from({ length: 16 }, (_, index) => index + 1)];
/** Neon allows no wider range between the least and the greatest size. */
export const widestRange = 8;
/** Bytes that a compute of this size can cache: its local file cache takes up to 75% of its memory. */
export const cacheBytes = (cu: number): number => cu * 4 * 2 ** 30 * 0.75;
