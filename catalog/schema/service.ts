import { z } from "zod";
import { type DataClass, dataClasses } from "../data-classes.ts";
import type { EnvironmentName } from "../environments.ts";
import type { FamilyName } from "../families.ts";
import { type BindingSpec, binding } from "./binding.ts";
import { type DatabaseSpec, database } from "./database.ts";
import { type HostingSpec, hosting } from "./hosting.ts";
import { cronExpression, hostTemplate, kebabName, routeTemplate, sitePath } from "./names.ts";
import { type SecretSpec, secret } from "./secret.ts";

export const healthCheck = z.strictObject({
  path: sitePath.optional(),
  /** What `status` of the answer must be; the convention is `ok`. */
  expect: z.string().min(1).optional(),
});

/** Fields of a service that an environment or a family can override. */
export const overridableFields = {
  hosting,
  /** Hosts that belong to the service whole, the first one is where it is looked for; they become custom domains. */
  hosts: z.array(hostTemplate).min(1),
  /** Patterns with a path, which take precedence over whoever owns the host. */
  routes: z.array(routeTemplate).optional(),
  /** Schedules in UTC, created after everything else. */
  crons: z.array(cronExpression).optional(),
  /**
   * What becomes of the crons while the service has no artifact: `hold` creates none, `record` lets them run on the shell
   * Worker, which records each run. A service with crons and no artifact has to say.
   */
  shellCrons: z.enum(["hold", "record"]).optional(),
  health: healthCheck.optional(),
  bindings: z.array(binding).optional(),
  databases: z.array(database).optional(),
  secrets: z.array(secret).optional(),
  /** The most sensitive data it holds. */
  dataClass: z.enum(dataClasses),
};

export const identityFields = {
  name: kebabName,
  /** Name within hosts: `finance` of chittyfinance. */
  short: kebabName,
  /** One sentence that says what it is for. */
  description: z.string().min(1),
  /** The family it belongs to. */
  family: z.string(),
  /** 0 (everything else rests on it) to 5 (nothing does). */
  tier: z.literal([0, 1, 2, 3, 4, 5]),
  /** Who answers for it: a person or a group. */
  owner: z.string().min(1),
  /** Path at which it speaks the Model Context Protocol, where it does. */
  mcp: sitePath.optional(),
};

/** A service as declared, without its overrides; those are checked against it field by field by `validateCatalog`. */
export const service = z.strictObject({
  ...identityFields,
  ...overridableFields,
  environments: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  families: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

type Fields<T, Fixed extends string> = T extends unknown
  ? { [K in Exclude<keyof T, Fixed>]?: T[K] | null | undefined }
  : never;

/**
 * What an environment or a family changes. Fields are replaced whole; of `hosting` and `health` single fields can be given; of bindings,
 * databases and secrets single fields of an entry, by its name. `null` removes a field or an entry. Nothing can be added that is
 * not declared in the service itself.
 */
interface ServiceOverride {
  hosting?: Fields<HostingSpec, "kind">;
  hosts?: string[];
  routes?: string[];
  crons?: string[];
  shellCrons?: "hold" | "record";
  health?: z.infer<typeof healthCheck>;
  bindings?: Record<string, Fields<BindingSpec, "kind" | "name"> | null>;
  databases?: Record<string, Fields<DatabaseSpec, "name"> | null>;
  secrets?: Record<string, Fields<SecretSpec, "source" | "name"> | null>;
  dataClass?: DataClass;
}

/** A service as its file in `catalog/services` declares it. */
export interface ServiceSpec extends Omit<z.infer<typeof service>, "family" | "environments" | "families"> {
  /** The family it belongs to. */
  family: FamilyName;
  environments?: Partial<Record<EnvironmentName, ServiceOverride>>;
  /** Other families that run an instance of their own, and what is different there. */
  families?: Partial<Record<FamilyName, ServiceOverride>>;
}
