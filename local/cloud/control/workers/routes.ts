import type { Route } from "../route.ts";
import { assetSessionRoutes, assetUploadRoutes } from "./asset-routes.ts";
import { contentRoutes, scriptDownloadRoutes } from "./content-routes.ts";
import { dispatchRoutes } from "./dispatch-routes.ts";
import { domainRoutes } from "./domain-routes.ts";
import { durableObjectRoutes } from "./durable-object-routes.ts";
import { referenceRoutes } from "./reference-routes.ts";
import { routeRoutes } from "./route-routes.ts";
import { scriptRoutes } from "./script-routes.ts";
import { secretRoutes } from "./secret-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { triggerRoutes } from "./trigger-routes.ts";
import { versionRoutes } from "./version-routes.ts";
import { workerRoutes } from "./worker-routes.ts";
import { workerVersionRoutes } from "./worker-version-routes.ts";
import { workflowRoutes } from "./workflow-routes.ts";

const script = "/accounts/:account/workers/scripts/:script";

/** Scripts and what belongs to them. */
export const workersRoutes: Route[] = [
  ...scriptRoutes,
  ...scriptDownloadRoutes,
  ...contentRoutes(script),
  ...settingsRoutes(script),
  ...secretRoutes(script),
  ...assetSessionRoutes(script),
  ...assetUploadRoutes,
  ...versionRoutes,
  ...triggerRoutes,
  ...referenceRoutes,
  ...routeRoutes,
  ...domainRoutes,
  ...durableObjectRoutes,
  ...workerRoutes,
  ...workerVersionRoutes,
  ...workflowRoutes,
  ...dispatchRoutes,
];
