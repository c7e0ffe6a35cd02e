import type { ResourceDefinition } from "../../kit/definition.ts";
import type { Api } from "../api/api.ts";
import type { TypeName } from "../shapes.ts";
import { accessApplication, accessIdentityProvider, accessPolicy, accessServiceToken } from "./access.ts";
import {
  accountToken,
  logpushJob,
  notificationPolicy,
  notificationPolicyWebhooks,
  turnstileWidget,
} from "./account.ts";
import { workersKv, workersKvNamespace } from "./kv.ts";
import { queue, queueConsumer } from "./queues.ts";
import {
  r2Bucket,
  r2BucketCors,
  r2BucketEventNotification,
  r2BucketLifecycle,
  r2BucketLock,
  r2CustomDomain,
  r2ManagedDomain,
} from "./r2.ts";
import { secretsStore, secretsStoreSecret } from "./secrets-store.ts";
import { d1Database, hyperdriveConfig } from "./storage.ts";
import { workerVersion } from "./worker-version.ts";
import {
  dispatchNamespace,
  worker,
  workersCronTrigger,
  workersCustomDomain,
  workersDeployment,
  workersRoute,
  workersScriptSubdomain,
  workflow,
} from "./workers.ts";
import { workersScript } from "./workers-script.ts";
import { dnsRecord, healthcheck, ruleset, zone, zoneSetting } from "./zones.ts";

/** Every type that the plugin serves. */
export const resources: Record<TypeName, ResourceDefinition<Api>> = {
  AccountToken: accountToken,
  D1Database: d1Database,
  DnsRecord: dnsRecord,
  Healthcheck: healthcheck,
  HyperdriveConfig: hyperdriveConfig,
  LogpushJob: logpushJob,
  NotificationPolicy: notificationPolicy,
  NotificationPolicyWebhooks: notificationPolicyWebhooks,
  Queue: queue,
  QueueConsumer: queueConsumer,
  R2Bucket: r2Bucket,
  R2BucketCors: r2BucketCors,
  R2BucketEventNotification: r2BucketEventNotification,
  R2BucketLifecycle: r2BucketLifecycle,
  R2BucketLock: r2BucketLock,
  R2CustomDomain: r2CustomDomain,
  R2ManagedDomain: r2ManagedDomain,
  Ruleset: ruleset,
  SecretsStore: secretsStore,
  SecretsStoreSecret: secretsStoreSecret,
  TurnstileWidget: turnstileWidget,
  Worker: worker,
  WorkerVersion: workerVersion,
  WorkersCronTrigger: workersCronTrigger,
  WorkersCustomDomain: workersCustomDomain,
  WorkersDeployment: workersDeployment,
  WorkersForPlatformsDispatchNamespace: dispatchNamespace,
  WorkersKv: workersKv,
  WorkersKvNamespace: workersKvNamespace,
  WorkersRoute: workersRoute,
  WorkersScript: workersScript,
  WorkersScriptSubdomain: workersScriptSubdomain,
  Workflow: workflow,
  ZeroTrustAccessApplication: accessApplication,
  ZeroTrustAccessIdentityProvider: accessIdentityProvider,
  ZeroTrustAccessPolicy: accessPolicy,
  ZeroTrustAccessServiceToken: accessServiceToken,
  Zone: zone,
  ZoneSetting: zoneSetting,
};
