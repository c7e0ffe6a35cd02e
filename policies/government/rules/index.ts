import type { Rule } from "../../kit/define-rule.ts";
import { accessApplication } from "./access-application.ts";
import { accessMfa } from "./access-mfa.ts";
import { accessSession } from "./access-session.ts";
import { backupBucket } from "./backup-bucket.ts";
import { bindingJurisdiction } from "./binding-jurisdiction.ts";
import { dnssec } from "./dnssec.ts";
import { explicitProvider } from "./explicit-provider.ts";
import { hyperdriveVerifies } from "./hyperdrive-verifies.ts";
import { knownOrigin } from "./known-origin.ts";
import { lifecycleAfterLock } from "./lifecycle-after-lock.ts";
import { logLock } from "./log-lock.ts";
import { logicalReplication } from "./logical-replication.ts";
import { logpushAlert } from "./logpush-alert.ts";
import { logsOutOfReach } from "./logs-out-of-reach.ts";
import { logsPushed } from "./logs-pushed.ts";
import { markedSecrets } from "./marked-secrets.ts";
import { minTlsVersion } from "./min-tls-version.ts";
import { namedServiceTokens } from "./named-service-tokens.ts";
import { narrowApiTokens } from "./narrow-api-tokens.ts";
import { neonHistory } from "./neon-history.ts";
import { neonNetwork } from "./neon-network.ts";
import { neonRegion } from "./neon-region.ts";
import { noHyperdriveCache } from "./no-hyperdrive-cache.ts";
import { noIgnoredChanges } from "./no-ignored-changes.ts";
import { noManagedDomain } from "./no-managed-domain.ts";
import { noPlainSecret } from "./no-plain-secret.ts";
import { noWorkersDev } from "./no-workers-dev.ts";
import { ownKey } from "./own-key.ts";
import { plainCommands } from "./plain-commands.ts";
import { protectedBranch } from "./protected-branch.ts";
import { protectedData } from "./protected-data.ts";
import { r2DomainTls } from "./r2-domain-tls.ts";
import { r2Jurisdiction } from "./r2-jurisdiction.ts";
import { recordLock } from "./record-lock.ts";
import { regionalHostname } from "./regional-hostname.ts";
import { storeJurisdiction } from "./store-jurisdiction.ts";
import { strictSsl } from "./strict-ssl.ts";
import { strongSecrets } from "./strong-secrets.ts";
import { workerLogs } from "./worker-logs.ts";
import { zoneFirewall } from "./zone-firewall.ts";

/** In the order of the catalogue of rules. */
export const governmentRules: readonly Rule[] = [
  r2Jurisdiction,
  storeJurisdiction,
  bindingJurisdiction,
  neonRegion,
  regionalHostname,
  ownKey,
  noHyperdriveCache,
  minTlsVersion,
  strictSsl,
  r2DomainTls,
  noManagedDomain,
  hyperdriveVerifies,
  dnssec,
  noWorkersDev,
  zoneFirewall,
  neonNetwork,
  logicalReplication,
  accessApplication,
  accessMfa,
  accessSession,
  namedServiceTokens,
  narrowApiTokens,
  logsPushed,
  workerLogs,
  logLock,
  lifecycleAfterLock,
  logsOutOfReach,
  logpushAlert,
  recordLock,
  neonHistory,
  backupBucket,
  protectedBranch,
  noPlainSecret,
  strongSecrets,
  plainCommands,
  protectedData,
  explicitProvider,
  noIgnoredChanges,
  knownOrigin,
  markedSecrets,
];
