import type { Route } from "../route.ts";
import { dnsRoutes } from "./dns-routes.ts";
import { healthcheckRoutes } from "./healthcheck-routes.ts";
import { rulesetRoutes } from "./ruleset-routes.ts";
import { zoneRoutes } from "./zone-routes.ts";
import { zoneSettingRoutes } from "./zone-settings.ts";

/** Zones and what belongs to them. */
export const zonesRoutes: Route[] = [
  ...zoneRoutes,
  ...zoneSettingRoutes,
  ...dnsRoutes,
  ...rulesetRoutes,
  ...healthcheckRoutes,
];
