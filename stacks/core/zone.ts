import type { ComponentResourceOptions } from "@pulumi/pulumi";
import type { ResolvedEstate } from "../../catalog/index.ts";
import { EdgeZone } from "../../components/edge-zone.ts";
import type { CoreConfig } from "./config.ts";

/** The zone that the estate's hosts are in. */
export function edgeZone(
  { environment, place, ownsZone, services }: ResolvedEstate,
  { accountId, zoneId, operatorEmailDomain }: CoreConfig,
  opts: ComponentResourceOptions,
): EdgeZone {
  const covered = new Set(services.flatMap(({ hosts }) => hosts));
  const routed = new Set(services.flatMap(({ routes }) => routes.map((pattern) => pattern.replace(/\/.*$/, ""))));
  return new EdgeZone(
    "zone",
    {
      tenant: "shared",
      app: "chittyops",
      environment: environment.name,
      dataClass: "internal",
      accountId,
      zoneId,
      domain: place.domain,
      ownsZone,
      routedHosts: [...routed].filter((host) => !covered.has(host)).sort(),
      operatorHost: `ops.${place.domain}`,
      operatorEmailDomain,
    },
    opts,
  );
}
