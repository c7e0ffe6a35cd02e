/**
 * What the components use of the Cloudflare SDK, each from its own module: importing the package as a whole from an ES module loads
 * every one of its thousand classes, at each run.
 */

export { AccountToken } from "@pulumi/cloudflare/accountToken.js";
export { D1Database } from "@pulumi/cloudflare/d1database.js";
export { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
export { HyperdriveConfig } from "@pulumi/cloudflare/hyperdriveConfig.js";
export { LogpushJob } from "@pulumi/cloudflare/logpushJob.js";
export { NotificationPolicy } from "@pulumi/cloudflare/notificationPolicy.js";
export { Provider } from "@pulumi/cloudflare/provider.js";
export { Queue } from "@pulumi/cloudflare/queue.js";
export { QueueConsumer } from "@pulumi/cloudflare/queueConsumer.js";
export { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
export { R2BucketLifecycle } from "@pulumi/cloudflare/r2bucketLifecycle.js";
export { R2BucketLock } from "@pulumi/cloudflare/r2bucketLock.js";
export { Ruleset } from "@pulumi/cloudflare/ruleset.js";
export { SecretsStore } from "@pulumi/cloudflare/secretsStore.js";
export { SecretsStoreSecret } from "@pulumi/cloudflare/secretsStoreSecret.js";
export type * as inputs from "@pulumi/cloudflare/types/input.js";
export { WorkersCronTrigger } from "@pulumi/cloudflare/workersCronTrigger.js";
export { WorkersCustomDomain } from "@pulumi/cloudflare/workersCustomDomain.js";
export { WorkersForPlatformsDispatchNamespace } from "@pulumi/cloudflare/workersForPlatformsDispatchNamespace.js";
export { WorkersKv } from "@pulumi/cloudflare/workersKv.js";
export { WorkersKvNamespace } from "@pulumi/cloudflare/workersKvNamespace.js";
export { WorkersRoute } from "@pulumi/cloudflare/workersRoute.js";
export { WorkersScript, type WorkersScriptArgs } from "@pulumi/cloudflare/workersScript.js";
export { WorkersScriptSubdomain } from "@pulumi/cloudflare/workersScriptSubdomain.js";
export { ZeroTrustAccessApplication } from "@pulumi/cloudflare/zeroTrustAccessApplication.js";
export { ZeroTrustAccessIdentityProvider } from "@pulumi/cloudflare/zeroTrustAccessIdentityProvider.js";
export { ZeroTrustAccessPolicy } from "@pulumi/cloudflare/zeroTrustAccessPolicy.js";
export { ZeroTrustAccessServiceToken } from "@pulumi/cloudflare/zeroTrustAccessServiceToken.js";
export { ZoneSetting } from "@pulumi/cloudflare/zoneSetting.js";
