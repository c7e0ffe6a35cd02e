import type { Route } from "../route.ts";
import { accountRoutes } from "./account-routes.ts";
import { alertingRoutes } from "./alerting-routes.ts";
import { logpushRoutes } from "./logpush-routes.ts";
import { tokenRoutes } from "./token-routes.ts";

/** Accounts, their tokens, logs and alerts. */
export const accountsRoutes: Route[] = [...accountRoutes, ...tokenRoutes, ...logpushRoutes, ...alertingRoutes];
