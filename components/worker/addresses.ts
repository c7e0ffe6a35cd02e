import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedService } from "../../catalog/index.ts";
import * as cloudflare from "../cloudflare.ts";
import type { Surroundings } from "../surroundings.ts";

/** Where the script is reached: its custom domains and routes, and nowhere else. Deleted before the script. */
export function addresses(
  service: ResolvedService,
  script: cloudflare.WorkersScript,
  { accountId, zoneId }: Surroundings,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource[] {
  const { scriptName } = script;
  const subdomain = new cloudflare.WorkersScriptSubdomain(
    `${service.name}-subdomain`,
    { accountId, scriptName, enabled: false, previewsEnabled: false },
    opts,
  );
  const domains = service.hosts.map(
    (hostname) =>
      new cloudflare.WorkersCustomDomain(
        `${service.name}-${hostname}`,
        { accountId, zoneId, hostname, service: scriptName },
        opts,
      ),
  );
  const routes = service.routes.map(
    (pattern) =>
      new cloudflare.WorkersRoute(`${service.name}-${pattern}`, { zoneId, pattern, script: scriptName }, opts),
  );
  return [subdomain, ...domains, ...routes];
}
