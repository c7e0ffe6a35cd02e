import type { Clock } from "../../storage/object-storage.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { auditReader } from "./audit-reader.ts";
import { childReader } from "./child-reader.ts";
import { costReader } from "./cost-reader.ts";
import type { DashboardData } from "./dashboard-data.ts";
import { eventReader } from "./event-reader.ts";
import { incidentReader } from "./incident-reader.ts";
import { rolloutReader } from "./rollout-reader.ts";
import { serviceReader } from "./service-reader.ts";

/** The plane's own objects, as the dashboard reads them. */
export function dashboardSources(env: OpsEnvironment, clock: Clock): DashboardData {
  const audit = env.AUDIT_LOG.getByName(onlyObject);
  return {
    incidents: incidentReader(env.INCIDENT_DESK.getByName(onlyObject)),
    services: serviceReader(env.DIRECTORY.getByName(onlyObject), audit, clock),
    children: childReader(env),
    rollouts: rolloutReader(env.ROLLOUT_DESK.getByName(onlyObject)),
    events: eventReader(env.EVENT_HUB.getByName(onlyObject)),
    audit: auditReader(audit),
    costs: costReader(env.METER.getByName(onlyObject)),
  };
}
