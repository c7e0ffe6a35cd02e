import type { PolicyResult } from "../../../contracts/policy-result.ts";
import type { Review, ReviewedRule, ReviewedWaiver } from "../review.ts";

const at = "2026-11-26T08:00:00.000Z";
const digest = "ab".repeat(32);
const pack = { name: "government", version: "1.0.0", digest };

/** The URN of a resource of core in prod. */
export const urnOf = (type: string, name: string): string =>
  `urn:pulumi:prod::chittyops::chittyops:index:ChittyService$${type}::${name}`;

const bucketType = "cloudflare:index/r2Bucket:R2Bucket";

export const sampleRule = (id: string, more: Partial<ReviewedRule> = {}): ReviewedRule => ({
  id,
  title: `What ${id} wants`,
  severity: "high",
  enforcement: "mandatory",
  pack: pack.name,
  controls: [
    { framework: "NIST SP 800-53 r5", id: "SC-28(1)", support: "supporting" },
    { framework: "CJIS 5.9.5", id: "SC-28(1)", support: "supporting" },
  ],
  cannotSee: "What the code does.",
  remedy: "Give it a lock.",
  ...more,
});

/** A result of a rule on a bucket of chittyfinance, unless told otherwise. */
export function sampleRecord(
  rule: ReviewedRule,
  state: PolicyResult["state"],
  more: Partial<PolicyResult> = {},
): PolicyResult {
  const { id: policy, title, severity, enforcement, controls, remedy } = rule;
  const name = "chittyfinance-storage";
  return {
    policy,
    title,
    severity,
    enforcement,
    controls,
    resource: { urn: urnOf(bucketType, name), type: bucketType, name },
    state,
    message: state === "pass" ? "" : `The bucket has no lock (${state}).`,
    remedy,
    at,
    pack,
    stack: "chittyops/prod",
    commit: "c0ffee".padEnd(40, "0"),
    configDigest: digest,
    ...more,
  };
}

export const sampleWaiver = (more: Partial<ReviewedWaiver> = {}): ReviewedWaiver => ({
  id: "public-files",
  policy: "rule-waived",
  urn: urnOf(bucketType, "chittyfinance-storage"),
  category: "mitigated",
  reason: "The bucket holds public files only, as agreed.",
  compensatingControl: "A job compares its content each day.",
  requester: "finance team",
  approver: "security team",
  ticket: "OPS-1",
  approvedOn: "2026-11-01",
  expiresOn: "2026-12-26",
  violationHash: digest,
  file: "policies/waivers/finance.yaml",
  problems: [],
  ...more,
});

/** A review in which every rule holds, unless told otherwise. */
export function sampleReview(more: Partial<Review> = {}): Review {
  const rules = more.rules ?? [sampleRule("rule-one"), sampleRule("rule-two")];
  return {
    format: "chittyops-review/1",
    id: "2026-11-26T08-00-00-000Z-chittyops-prod",
    project: "chittyops",
    stack: "prod",
    environment: "prod",
    subject: "plan",
    at,
    commit: "c0ffee".padEnd(40, "0"),
    modified: false,
    configDigest: digest,
    version: "0.1.0",
    packs: [pack],
    waiverFiles: [],
    waiverProblems: [],
    undeterminedFails: false,
    waivers: [],
    records: rules.map((rule) => sampleRecord(rule, "pass")),
    ...more,
    rules,
  };
}
