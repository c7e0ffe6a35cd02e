import { type Example, ofAccount, ofZone, scoped } from "./example.ts";

const includes = [{ emailDomain: { domain: "chitty.cc" } }, { everyone: {} }];

/** Zones, Access, and what belongs to an account. */
export const accountExamples: readonly Example[] = [
  {
    type: "ZoneSetting",
    inputs: ({ zoneId }) => ({ zoneId, settingId: "min_tls_version", value: "1.2" }),
    change: () => ({ value: "1.3" }),
    importId: ofZone,
  },
  {
    type: "DnsRecord",
    inputs: ({ zoneId, zoneName }) => ({
      zoneId,
      name: `x.${zoneName}`,
      type: "CNAME",
      content: "y.example",
      ttl: 1,
      proxied: true,
      comment: "first",
    }),
    change: () => ({ comment: "second" }),
    importId: ofZone,
  },
  {
    type: "Ruleset",
    inputs: ({ zoneId }) => ({
      zoneId,
      kind: "zone",
      name: "waf",
      phase: "http_request_firewall_custom",
      rules: [{ action: "block", expression: "(ip.src eq 192.0.2.1)", description: "d1", enabled: true }],
    }),
    change: () => ({
      rules: [
        { action: "block", expression: "(ip.src eq 192.0.2.1)", description: "d2", enabled: true },
        { action: "log", expression: "true", description: "all", enabled: false },
      ],
    }),
    importId: ({ zoneId }, { resourceId }) => `zones/${zoneId}/${resourceId}`,
    unimportable: ["description", "rules"],
  },
  {
    type: "Healthcheck",
    inputs: ({ zoneId, zoneName }) => ({ zoneId, name: "origin", address: `x.${zoneName}`, type: "HTTPS" }),
    change: () => ({ description: "watched" }),
    importId: ofZone,
  },
  {
    type: "ZeroTrustAccessPolicy",
    inputs: ({ accountId }) => ({ accountId, name: "staff", decision: "allow", includes }),
    change: () => ({ sessionDuration: "1h" }),
    importId: ofAccount,
  },
  {
    type: "ZeroTrustAccessApplication",
    inputs: ({ accountId, zoneName, made }) => ({
      accountId,
      name: "ops",
      type: "self_hosted",
      domain: `ops.${zoneName}`,
      sessionDuration: "12h",
      policies: [{ id: made("ZeroTrustAccessPolicy").resourceId }],
    }),
    change: () => ({ sessionDuration: "8h" }),
    importId: scoped,
    unimportable: ["policies"],
  },
  {
    type: "ZeroTrustAccessIdentityProvider",
    inputs: ({ accountId }) => ({
      accountId,
      name: "github",
      type: "github",
      config: { clientId: "c", clientSecret: "idp-secret" },
    }),
    change: () => ({ name: "github-2" }),
    importId: scoped,
    unimportable: ["config"],
  },
  {
    type: "ZeroTrustAccessServiceToken",
    inputs: ({ accountId }) => ({ accountId, name: "ci" }),
    change: () => ({ name: "ci-2" }),
    importId: scoped,
  },
  {
    type: "AccountToken",
    inputs: ({ accountId }) => ({
      accountId,
      name: "t",
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: "c8fed203ed3043cba015a93ad1616f1f" }],
          resources: JSON.stringify({ [`com.cloudflare.api.account.${accountId}`]: "*" }),
        },
      ],
    }),
    change: () => ({ name: "t-2" }),
    importId: ofAccount,
  },
  {
    type: "LogpushJob",
    inputs: ({ accountId }) => ({
      accountId,
      dataset: "workers_trace_events",
      destinationConf: "r2://docs/{DATE}?account-id=x",
      enabled: true,
      name: "trace",
    }),
    change: () => ({ enabled: false }),
    importId: scoped,
  },
  {
    type: "NotificationPolicyWebhooks",
    inputs: ({ accountId }) => ({ accountId, name: "pager", url: "https://hooks.example/x", secret: "hook-secret" }),
    change: () => ({ url: "https://hooks.example/y" }),
    importId: ofAccount,
    unimportable: ["secret"],
  },
  {
    type: "NotificationPolicy",
    inputs: ({ accountId, made }) => ({
      accountId,
      name: "logs",
      alertType: "failing_logpush_job_disabled_alert",
      enabled: true,
      mechanisms: { webhooks: [{ id: made("NotificationPolicyWebhooks").resourceId }] },
    }),
    change: () => ({ enabled: false }),
    importId: ofAccount,
  },
];
