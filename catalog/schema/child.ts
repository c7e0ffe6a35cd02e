import { z } from "zod";
import { dataClasses } from "../data-classes.ts";
import { environmentNames } from "../environments.ts";
import { days, hostTemplate, kebabName } from "./names.ts";
import { tenantId } from "./tenant.ts";

/** What one app may use up. */
const quota = z.strictObject({
  /** Requests in a day, and in a minute. */
  requestsPerDay: z.int().min(1),
  requestsPerMinute: z.int().min(1),
  /** Milliseconds of CPU time for one request, 1 to 300,000. */
  cpuMs: z.int().min(1).max(300_000),
  /** Requests that one request may make in turn. */
  subrequests: z.int().min(1).max(10_000).default(100),
  /** Largest document, in bytes; 50 MiB unless it is said. */
  documentBytes: z.int().min(1).optional(),
});

const shared = {
  /** Unique within its family; names at the cloud carry it. */
  id: tenantId,
  /** For people. */
  title: z.string().min(1).max(120),
  /** Who answers for it. */
  owner: kebabName,
  dataClass: z.enum(dataClasses),
  host: hostTemplate,
  labels: z.record(z.string(), z.string()).default({}),
  environments: z.array(z.enum(environmentNames)).min(1),
  createdAt: z.iso.datetime(),
  /** From then on it answers 410, and `chittyops apps reap` may remove it. */
  expiresAt: z.iso.datetime().optional(),
  quota,
};

/** How long records are kept: what counsel supplies. Nothing is deleted by itself unless `deleteAfter` says so. */
const records = z.strictObject({
  /** Nobody, the operators included, can change or delete a record before. */
  retention: days,
  /** Of logs; 365 days at least. */
  logRetention: days,
  /** Of the backup's own lock. */
  backupRetention: days,
  /** Of the authority that may hold the records, where Cloudflare is to guarantee one. */
  jurisdiction: z.enum(["eu", "fedramp"]).optional(),
  /** Of the records; the backup has to be somewhere else. */
  location: z.enum(["enam", "wnam"]),
  backupLocation: z.enum(["enam", "wnam"]),
  deleteAfter: days.optional(),
  /** Until when the token is good with which logs are written; Cloudflare stops pushing when it ends. */
  logTokenExpiresOn: z.iso.datetime(),
});

const courtAccess = z.strictObject({
  identityProvider: z.literal("login.gov"),
  /** NIST SP 800-63-3. */
  identityAssurance: z.enum(["ial1", "ial2"]),
  authenticatorAssurance: z.enum(["aal2", "aal3"]),
  /** e.g. `8h` */
  sessionDuration: z.string().regex(/^[1-9][0-9]?h$/, "whole hours, e.g. 8h"),
  /** Who may open cases and give roles in them. */
  administrators: z.array(z.email().toLowerCase()).min(1),
});

/** An app of a family that is declared here; those of tenants are recorded one by one instead. */
export const child = z.discriminatedUnion("family", [
  z.strictObject({
    ...shared,
    family: z.literal("cook-county"),
    records,
    access: courtAccess,
    /**
     * The court's own system, which takes filings by `POST <url>`. In `local` one of that name is stood in for, whatever the address: what is
     * tried there never reaches a court. Elsewhere filings are refused until there is an address.
     */
    court: z.strictObject({ system: kebabName, url: z.url().optional() }).optional(),
    /**
     * Version of the root key that documents are protected with. Raising it makes a new key, and the app rewraps the keys of all cases by
     * itself; the older ones stay for copies in the backup.
     */
    keyVersion: z.int().min(1).default(1),
  }),
  z.strictObject({
    ...shared,
    family: z.literal("chitty-apps"),
    /** Units in a day; shares of them at which the app goes read-only, and pauses. */
    budget: z.strictObject({
      unitsPerDay: z.int().min(1),
      degradeAt: z.number().gt(0).max(1).optional(),
      pauseAt: z.number().gt(0).optional(),
    }),
  }),
]);
export type ChildSpec = z.input<typeof child>;
type Child = z.infer<typeof child>;
export type ChildOf<Family extends Child["family"]> = Extract<Child, { family: Family }>;
