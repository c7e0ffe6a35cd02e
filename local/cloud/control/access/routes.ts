import type { Route } from "../route.ts";
import { accessAppRoutes } from "./access-apps.ts";
import { accessPolicyRoutes } from "./access-policies.ts";
import { identityProviderRoutes } from "./identity-providers.ts";
import { serviceTokenRoutes } from "./service-tokens.ts";

/** Access: who may reach which application. */
export const accessRoutes: Route[] = [
  ...accessAppRoutes,
  ...accessPolicyRoutes,
  ...identityProviderRoutes,
  ...serviceTokenRoutes,
];
