import { z } from "zod";

const kebab = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Name of a service, store, database, owner or workflow: lower case words joined by hyphens, 2 to 40 characters. */
export const kebabName = z
  .string()
  .min(2)
  .max(40)
  .regex(kebab, "lower case letters, digits and single hyphens, beginning with a letter");

/** Name of a variable in a Worker's `env`, or of a secret. */
export const variableName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a JavaScript variable name, e.g. CACHE");

/** Name of an exported class. */
export const className = z.string().regex(/^[A-Z][A-Za-z0-9_]*$/, "the name of an exported class, e.g. ChatRoom");

/**
 * A hostname below the domain of the environment: `{domain}` itself, `finance.{domain}` or `*.agent.{domain}`.
 * The domain is never written out, so that no environment can claim another one's hosts.
 */
export const hostTemplate = z
  .string()
  .regex(
    /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*\{domain\}$/,
    "a hostname below the domain, e.g. finance.{domain}",
  );

/** A Workers route below the domain: a host template and a path, e.g. `chitty.{domain}/mcp*`. */
export const routeTemplate = z
  .string()
  .regex(
    /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*\{domain\}\/[^\s?#]*$/,
    "a route below the domain with a path, e.g. {domain}/mcp*",
  );

/** A schedule of five fields in UTC, e.g. `*\/15 * * * *`. Whether its values make sense is checked by `validateCatalog`. */
export const cronExpression = z.string().min(1);

/** A whole number of days, e.g. `90d`. */
export const days = z.string().regex(/^[1-9][0-9]*d$/, "a whole number of days, e.g. 90d");

/** A time in whole minutes, hours or days, e.g. `5m`, `6h` or `7d`. */
export const duration = z.string().regex(/^[1-9][0-9]{0,5}[mhd]$/, "whole minutes, hours or days, e.g. 5m, 6h or 7d");

/** A folder of the repository, by a path that does not leave it, e.g. `migrations/finance`. */
export const repositoryFolder = z
  .string()
  .max(200)
  .regex(
    /^(?!\.\.?(\/|$))[^/\\\0]+(\/(?!\.\.?(\/|$))[^/\\\0]+)*\/?$/,
    "a folder relative to the repository, e.g. migrations/finance",
  );

/** Name of a Postgres role that needs no quotes. Those of Postgres and Neon themselves begin with `pg_` and `neon`. */
export const roleName = z
  .string()
  .max(63)
  .regex(/^(?!pg_|neon|cloud_admin$|postgres$|public$|none$)[a-z][a-z0-9_]*$/, "the name of a role, e.g. finance_app");

/** A path within a site, e.g. `/health`. */
export const sitePath = z.string().regex(/^\/[^\s?#]*$/, "a path that begins with a slash, e.g. /health");

/** SHA-256 of a file, 64 lower case hexadecimal digits. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 lower case hexadecimal digits");
