import { z } from "zod";

/** What a lite child is called in rollouts. */
export const liteChildService = "lite-child";

/** A release of the kind `configuration`, for a lite child. Absent: as it was deployed. */
export const liteConfiguration = z.strictObject({
  /** In place of `quota.requestsPerDay`. */
  requestsPerDay: z.int().min(1).optional(),
  /** Nothing is served but health and status; what is stored is kept. */
  suspended: z.boolean().optional(),
});
export type LiteConfiguration = z.infer<typeof liteConfiguration>;

/**
 * A release of the kind `update`, for a lite child: requests that it refuses until it is deployed with code in which the hole is closed. A
 * script cannot replace its own code, and deploying a fleet takes hours.
 */
export const liteUpdate = z.strictObject({
  refuse: z
    .array(
      z.strictObject({
        /** Absent: all. */
        method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).optional(),
        /** Beginning of the path. */
        path: z.string().startsWith("/").max(200),
        /** For whoever is refused. */
        reason: z.string().min(1).max(200),
      }),
    )
    .max(50),
});
export type LiteUpdate = z.infer<typeof liteUpdate>;
