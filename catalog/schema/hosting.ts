import { z } from "zod";
import { className, sha256 } from "./names.ts";

/**
 * The bundle that a Worker runs. `path` is relative to the repository, so that no checkout path enters the state.
 * Without an artifact a service gets the shell Worker.
 */
const artifact = z.union(
  [
    z.strictObject({ path: z.string().min(1), sha256 }),
    z.strictObject({ url: z.url({ protocol: /^https$/ }), sha256 }),
  ],
  "a path or an https URL, and the sha256 of the bundle",
);

/** Source: https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/ */
const migration = z.strictObject({
  tag: z.string().min(1),
  newSqliteClasses: z.array(className).optional(),
  newClasses: z.array(className).optional(),
  renamedClasses: z.array(z.strictObject({ from: className, to: className })).optional(),
  deletedClasses: z.array(className).optional(),
});
export type MigrationSpec = z.infer<typeof migration>;

/** What is told to Cloudflare about a Worker besides its bindings. */
const workerFields = {
  artifact: artifact.optional(),
  /** The day whose runtime behaviour is asked for, `YYYY-MM-DD`. */
  compatibilityDate: z.iso.date().optional(),
  compatibilityFlags: z.array(z.string().min(1)).optional(),
  /** `cpuMs`: milliseconds of CPU time for one request, 1 to 300,000. */
  limits: z.strictObject({ cpuMs: z.int().min(1).max(300_000) }).optional(),
  /** `smart`: Cloudflare moves the Worker to where its back ends are. */
  placement: z.enum(["off", "smart"]).optional(),
  /** `headSamplingRate`: share of requests whose logs are kept, 0 to 1. */
  observability: z
    .strictObject({ enabled: z.boolean(), headSamplingRate: z.number().min(0).max(1).optional() })
    .optional(),
  assets: z
    .strictObject({
      /** Folder of the static files, relative to the repository. */
      directory: z.string().min(1),
      htmlHandling: z.enum(["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"]).optional(),
      notFoundHandling: z.enum(["none", "404-page", "single-page-application"]).optional(),
      runWorkerFirst: z.boolean().optional(),
    })
    .optional(),
  /** Every change of the set of Durable Object classes, oldest first. */
  migrations: z.array(migration).optional(),
  /** Services that receive this Worker's traces; they run in the same account. */
  tailConsumers: z.array(z.string().min(1)).optional(),
};

const worker = z.strictObject(workerFields);

/** Other hosting than Workers. `worker`: a Worker that runs beside it, e.g. in front of it. */
const besides = { worker: worker.optional() };

/** Where a service runs. What is not a Worker is catalogued, registered and watched; in `local` a shell stands in for it. */
export const hostingSchemas = {
  worker: z.strictObject({ kind: z.literal("worker"), ...workerFields }),
  railway: z.strictObject({ kind: z.literal("railway"), project: z.string().min(1), url: z.url(), ...besides }),
  vercel: z.strictObject({ kind: z.literal("vercel"), project: z.string().min(1), url: z.url(), ...besides }),
  replit: z.strictObject({ kind: z.literal("replit"), url: z.url(), ...besides }),
  package: z.strictObject({
    kind: z.literal("package"),
    registry: z.enum(["npm", "pypi"]),
    package: z.string().min(1),
    ...besides,
  }),
  external: z.strictObject({ kind: z.literal("external"), url: z.url(), ...besides }),
} as const;

export const hosting = z.discriminatedUnion("kind", [
  hostingSchemas.worker,
  hostingSchemas.railway,
  hostingSchemas.vercel,
  hostingSchemas.replit,
  hostingSchemas.package,
  hostingSchemas.external,
]);
export type HostingSpec = z.infer<typeof hosting>;
export type WorkerSpec = z.infer<typeof worker>;
