import { z } from "zod";
import { branding } from "../../contracts/branding.ts";
import { serviceLevel } from "../../contracts/lite-child.ts";
import { dataClasses } from "../data-classes.ts";
import { environmentNames } from "../environments.ts";
import { kebabName } from "./names.ts";

/** Words that mean something else where a tenant's id stands: in hosts, in the names of other environments, in what policies call an owner. */
const reserved: ReadonlySet<string> = new Set([...environmentNames, "shared", "ops", "www", "api", "tail", "chittyos"]);
/** A name of another environment ends like this, and `acme-dev` of prod would be named as `acme` of dev is. */
const environmentEnding = new RegExp(`-(${environmentNames.join("|")})$`);

/** Id of a tenant or an app: 2 to 32 characters. It is a word of its names at the cloud, so that `acme`, `acme2` and `acme-2` never meet. */
export const tenantId = z.string().superRefine((id, context) => {
  for (const message of tenantIdProblems(id)) context.addIssue({ code: "custom", message });
});

function tenantIdProblems(id: string): string[] {
  const problems: string[] = [];
  if (id.length < 2 || id.length > 32) problems.push(`has ${id.length} characters; 2 to 32 are allowed`);
  const foreign = [...new Set(id)].filter((letter) => !/[a-z0-9-]/.test(letter)).slice(0, 5);
  if (foreign.length > 0) {
    const shown = foreign.map((letter) => `${JSON.stringify(letter)} (${codePoint(letter)})`).join(", ");
    problems.push(`contains ${shown}; the letters a to z without accents and capitals, digits and hyphens are allowed`);
  } else if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id)) {
    problems.push("begins with a letter, and has single hyphens between words only");
  }
  if (reserved.has(id)) problems.push("is a reserved word");
  if (environmentEnding.test(id)) problems.push("ends in the name of an environment, as names of that environment do");
  return problems;
}

/** e.g. `U+0430`, which tells a Cyrillic а from a Latin one. */
function codePoint(letter: string): string {
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A hostname in lower case ASCII; other alphabets come as `xn--`. */
const hostname = z
  .string()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/,
    "a hostname in lower case, e.g. portal.example.com",
  );

/** What one tenant may use up; each bound is above zero. */
const limits = z.strictObject({
  requestsPerDay: z.int().min(1).default(50_000),
  requestsPerMinute: z.int().min(1).default(600),
  /** Milliseconds of CPU time for one request. */
  cpuMs: z.int().min(1).max(300_000).default(100),
  /** Requests that one request may make in turn. */
  subrequests: z.int().min(1).max(10_000).default(100),
  documentBytes: z.int().min(1).default(52_428_800),
  /** Of a month, for the tenant's Neon project. */
  computeHours: z.number().gt(0).default(50),
  storageGb: z.number().gt(0).default(5),
  /** Connections from Hyperdrive to the database, 5 to 100. */
  databaseConnections: z.int().min(5).max(100).default(10),
});

/** What a professional tenant is promised unless something else was agreed. */
const usualServiceLevels: z.infer<typeof serviceLevel>[] = [
  { name: "availability", good: { answers: true }, objective: 0.995, windowDays: 30 },
  { name: "latency", good: { withinMilliseconds: 1_000 }, objective: 0.95, windowDays: 30 },
];

/** `suspended`: it answers 403, has no way to its database, and keeps what it has. `deprovisioned`: exported and removed; the record stays, and the id is not given again. */
const tenantStatus = z.enum(["active", "suspended", "deprovisioned"]);

/** A client of a professional family, with a stack of its own. */
export const tenant = z.strictObject({
  id: tenantId,
  title: z.string().min(1).max(120),
  owner: kebabName,
  dataClass: z.enum(dataClasses).default("legal"),
  hostname,
  /** Of the hostname, where that is in a zone of its own and not in the family's; the zone has to be in the same account. */
  zoneId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits")
    .optional(),
  branding: branding.omit({ domain: true }),
  serviceLevels: z.array(serviceLevel).min(1).default(usualServiceLevels),
  limits: limits.prefault({}),
  labels: z.record(z.string(), z.string()).default({}),
  status: tenantStatus.default("active"),
  createdAt: z.iso.datetime(),
  /** The Neon organization that its project is in; assigned once. */
  neonOrganization: z
    .string()
    .regex(/^org-[a-z0-9-]+$/, "an organization's id")
    .optional(),
  /** Where its data was exported to last, before it was removed. */
  exported: z.strictObject({ at: z.iso.datetime(), folder: z.string().min(1), manifest: z.string().min(1) }).optional(),
});
export type TenantRecord = z.infer<typeof tenant>;
export type TenantSpec = z.input<typeof tenant>;
