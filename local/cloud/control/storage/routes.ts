import type { Route } from "../route.ts";
import { d1Routes } from "./d1.ts";
import { d1ImportRoutes } from "./d1-import.ts";
import { eventNotificationRoutes } from "./event-notifications.ts";
import { hyperdriveRoutes } from "./hyperdrive.ts";
import { kvNamespaceRoutes } from "./kv-namespaces.ts";
import { kvValueRoutes } from "./kv-values.ts";
import { queueConsumerRoutes } from "./queue-consumers.ts";
import { queueRoutes } from "./queue-routes.ts";
import { r2BucketRoutes } from "./r2-buckets.ts";
import { r2DomainRoutes } from "./r2-domains.ts";
import { r2ObjectRoutes } from "./r2-objects.ts";
import { r2RuleRoutes } from "./r2-rules.ts";
import { secretsStoreRoutes } from "./secrets-store.ts";

/** What keeps data: KV, R2, D1, Queues, Hyperdrive, Secrets Store. */
export const storageRoutes: Route[] = [
  ...kvNamespaceRoutes,
  ...kvValueRoutes,
  ...r2BucketRoutes,
  ...r2RuleRoutes,
  ...r2DomainRoutes,
  ...r2ObjectRoutes,
  ...eventNotificationRoutes,
  ...d1Routes,
  ...d1ImportRoutes,
  ...queueRoutes,
  ...queueConsumerRoutes,
  ...hyperdriveRoutes,
  ...secretsStoreRoutes,
];
