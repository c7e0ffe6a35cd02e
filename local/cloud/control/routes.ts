import { accessRoutes } from "./access/routes.ts";
import { accountsRoutes } from "./accounts/routes.ts";
import type { Route } from "./route.ts";
import { storageRoutes } from "./storage/routes.ts";
import { workersRoutes } from "./workers/routes.ts";
import { zonesRoutes } from "./zones/routes.ts";

/** Everything the control API serves below `/client/v4`. Fixed paths come before those with a parameter at the same place. */
export const apiRoutes: Route[] = [
  ...accountsRoutes,
  ...zonesRoutes,
  ...workersRoutes,
  ...storageRoutes,
  ...accessRoutes,
];
