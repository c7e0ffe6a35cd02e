import { createHash } from "node:crypto";
import { type EnvironmentName, environments } from "./environments.ts";

/** The tightest limit among the things named here: Worker scripts with a subdomain, R2 buckets, queues. */
const maximumLength = 63;

/**
 * The name that something has at the cloud: `<service>-<part>-<environment>`, without the environment in prod and without the
 * part for the service's own script. The same arguments always give the same name: lower case letters, digits and hyphens,
 * at most 63 characters; a longer one is cut and ends in eight digits of its SHA-256 instead.
 */
export function physicalName(service: string, part: string | undefined, environment: EnvironmentName): string {
  const { suffix } = environments[environment];
  const base = part === undefined ? service : `${service}-${part}`;
  if (base.length + suffix.length <= maximumLength) return base + suffix;
  const digest = createHash("sha256").update(base).digest("hex").slice(0, 8);
  const kept = base.slice(0, maximumLength - suffix.length - digest.length - 1).replace(/-+$/, "");
  return `${kept}-${digest}${suffix}`;
}

/** Kebab case of a variable's name: `SESSION_CACHE` and `sessionCache` become `session-cache`. */
export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase();
}
