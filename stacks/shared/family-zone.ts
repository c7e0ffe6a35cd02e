import type * as pulumi from "@pulumi/pulumi";
import { families } from "../../catalog/index.ts";
import { EdgeZone } from "../../components/edge-zone.ts";
import type { FamilyPlace } from "../../components/family-place.ts";
import type { PlaceConfig } from "./read-config.ts";

/** The zone of a family that has one of its own, and who may reach the operators' pages below it. */
export function familyZone(
  { accountId, zoneId, environment, family }: FamilyPlace,
  { operatorEmailDomain }: PlaceConfig,
  opts: pulumi.ComponentResourceOptions,
): EdgeZone {
  const { places, zoneOwner } = families[family];
  const { domain } = places[environment.name];
  return new EdgeZone(
    "zone",
    {
      tenant: "shared",
      app: family,
      environment: environment.name,
      dataClass: "internal",
      accountId,
      zoneId,
      domain,
      ownsZone: environment.ownsZones && zoneOwner === family,
      routedHosts: [],
      operatorHost: `ops.${domain}`,
      operatorEmailDomain,
    },
    opts,
  );
}
