import type { KVNamespace, Queue } from "@cloudflare/workers-types";
import type { RecordBucket } from "../chain/record-bucket.ts";
import type { ObjectNamespace } from "../storage/object-namespace.ts";
import type { AlertObject } from "./alerts/alert-object.ts";
import type { AuditObject } from "./audit/audit-object.ts";
import type { DirectoryObject } from "./directory/directory-object.ts";
import type { EventObject } from "./events/event-object.ts";
import type { CallObject } from "./http/call-object.ts";
import type { IncidentObject } from "./incidents/incident-object.ts";
import type { MeterObject } from "./meter/meter-object.ts";
import type { OperationObject } from "./operations/operation-object.ts";
import type { RolloutObject } from "./rollouts/rollout-object.ts";
import type { ChildObject } from "./sync/child-object.ts";

/** What the plane is bound to: `opsObjects` and `opsStores` of contracts/ops-plane.ts. */
export interface OpsEnvironment {
  OPS: string;
  SIGNING_KEY: string;
  FAMILY_KEYS: string;
  REGISTRY_RECORDS: KVNamespace;
  AUDIT_ARCHIVE: RecordBucket;
  EVENT_QUEUE: Queue;
  AUDIT_LOG: ObjectNamespace<AuditObject>;
  CALL_LOG: ObjectNamespace<CallObject>;
  DIRECTORY: ObjectNamespace<DirectoryObject>;
  INCIDENT_DESK: ObjectNamespace<IncidentObject & AlertObject>;
  EVENT_HUB: ObjectNamespace<EventObject>;
  OPERATION_DESK: ObjectNamespace<OperationObject>;
  METER: ObjectNamespace<MeterObject>;
  CHILD_SHARD: ObjectNamespace<ChildObject>;
  ROLLOUT_DESK: ObjectNamespace<RolloutObject>;
}

/** There is one object of each class that is not sharded. */
export const onlyObject = "only";
