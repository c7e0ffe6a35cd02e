import { z } from "zod";
import { severities } from "./ops-incidents.ts";
import { accountFinding } from "./ops-metrics.ts";

/** What the plane looks at by itself. */
export const lookedAt = ["headers", "https", "open-status", "open-file", "workers-dev-address"] as const;
/** What `chittyops scan` finds where the plane cannot look, and reports: a rule's report takes the place of the one before. */
const reportedRules = ["advisory", "stale-secret", "stale-token", "tls", "workers-dev"] as const;
export type ReportedRule = (typeof reportedRules)[number];

/** A security problem of a service. No value of a secret is ever in it. */
const securityFinding = z.object({
  rule: z.enum([...lookedAt, ...reportedRules]),
  service: z.string().min(1).max(63),
  family: z.string().min(1).max(40),
  severity: z.enum(severities),
  /** Tells findings of one rule and service apart, e.g. `GHSA-…/hono@4.0.0`; visible ASCII. */
  detail: z
    .string()
    .max(100)
    .regex(/^[\x21-\x7e]*$/)
    .default(""),
  found: z.string().min(1).max(1_000),
  remedy: z.string().min(1).max(500),
});
export type SecurityFinding = z.output<typeof securityFinding>;

const reported = securityFinding.extend({ rule: z.enum(reportedRules) }).strict();
export type ReportedFinding = z.output<typeof reported>;

/** Until when the certificate is good that a service answers with. */
const certificate = z.strictObject({ service: z.string().min(1).max(63), until: z.iso.datetime() });
export type CertificateEnd = z.output<typeof certificate>;

/** Begins a scan. `rules`: those whose findings are reported here, all of them; `account`: likewise, if it was looked through. */
export const scanRequest = z
  .strictObject({
    rules: z.array(z.enum(reportedRules)).max(reportedRules.length).default([]),
    findings: z.array(reported).max(500).default([]),
    account: z.array(accountFinding).max(500).optional(),
    certificates: z.array(certificate).max(1_000).default([]),
  })
  .refine(({ rules, findings }) => findings.every(({ rule }) => rules.includes(rule)), {
    path: ["findings"],
    message: "a finding is of a rule that `rules` does not name",
  });
export type ScanRequest = z.output<typeof scanRequest>;

export const scan = z.object({
  id: z.string(),
  state: z.enum(["running", "finished"]),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  /** Who asked for it; `plane`: once a day. */
  by: z.string(),
  /** Services that were looked at so far. */
  services: z.int(),
});
export type Scan = z.infer<typeof scan>;

export const scanPage = z.object({
  /** Absent: there was none yet. */
  scan: scan.optional(),
  findings: z.array(securityFinding.extend({ since: z.iso.datetime() })),
  /** `after` of the next page; absent: this is the last. */
  next: z.string().optional(),
});
export type ScanPage = z.infer<typeof scanPage>;
