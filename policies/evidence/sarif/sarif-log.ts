import { createHash } from "node:crypto";
import type { Invocation, Log, Notification, ReportingDescriptor, Result, Run } from "sarif";
import { isBinding } from "../../../contracts/policy-result.ts";
import type { Review, ReviewedRule } from "../review.ts";
import { waiverProblemsOf } from "../verdict.ts";
import { catalogLocation } from "./catalog-location.ts";

/** What readers of SARIF take at most: https://docs.github.com/code-security/code-scanning (SARIF support). */
export const sarifLimits = { results: 25_000, tags: 20 } as const;

type ReviewRecord = Review["records"][number];

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const levels = { critical: "error", high: "error", medium: "warning", low: "note" } as const;

/** Number that readers sort by, on the scale of CVSS. */
const securitySeverity = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" } as const;

/** What comes first when there are more results than a reader takes. */
const rank = ["error", "fail", "undetermined", "fail-waived"] as const;

/**
 * `results.sarif` (SARIF 2.1.0): what is broken, open or in error, each at its line of the catalog; waivers as suppressions. Passes are no
 * results: they are in `records.json`. What is left out for being too much is counted in a notification.
 */
export function sarifLog(review: Review): Log {
  const ruleIndex = new Map(review.rules.map(({ id }, index) => [id, index]));
  const worth = review.records
    .filter(({ state }) => (rank as readonly string[]).includes(state))
    .map((record, at) => ({ record, at }))
    .sort(
      (a, b) =>
        Number(isBinding(b.record)) - Number(isBinding(a.record)) ||
        (rank as readonly string[]).indexOf(a.record.state) - (rank as readonly string[]).indexOf(b.record.state) ||
        a.at - b.at,
    )
    .map(({ record }) => record);
  const shown = worth.slice(0, sarifLimits.results);
  const run: Run = {
    tool: {
      driver: {
        name: "chittyops",
        fullName: `chittyops review ${review.version}`,
        version: review.version,
        semanticVersion: review.version,
        rules: review.rules.map(descriptor),
      },
    },
    automationDetails: { id: `${review.project}/${review.stack}/${review.id}` },
    originalUriBaseIds: { REPOSITORY: { description: { text: "The root of the repository of the program." } } },
    invocations: [invocation(review, worth.length - shown.length)],
    columnKind: "utf16CodeUnits",
    results: shown.map((record) => result(record, review, ruleIndex.get(record.policy))),
    properties: { commit: review.commit, modified: review.modified, configDigest: review.configDigest },
  };
  return { $schema: schema, version: "2.1.0", runs: [run] };
}

function descriptor(rule: ReviewedRule): ReportingDescriptor {
  const { id, title, severity, enforcement, remedy, cannotSee, controls, pack } = rule;
  const supports = controls.map(({ framework, id: control, support }) => `${framework} ${control} (${support})`);
  const help = [
    remedy,
    ...(supports.length > 0 ? [`Supports ${supports.join(", ")}.`] : []),
    ...(cannotSee === "" ? [] : [`Cannot see: ${cannotSee}`]),
  ].join("\n\n");
  const tags = [pack, enforcement, ...controls.map(({ framework, id: control }) => `${framework}/${control}`)];
  return {
    id,
    // The format wants no name that is the id.
    ...(pascalCase(id) === id ? {} : { name: pascalCase(id) }),
    shortDescription: { text: sentence(title) },
    fullDescription: { text: sentence(title) },
    help: { text: help },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: [...new Set(tags)].slice(0, sarifLimits.tags),
      "security-severity": securitySeverity[severity],
      precision: "high",
    },
  };
}

function result(record: ReviewRecord, review: Review, ruleIndex: number | undefined): Result {
  const { policy, state, message, remedy, resource, severity } = record;
  const { file, line } = catalogLocation(resource.urn);
  const open = state === "undetermined";
  return {
    ruleId: policy,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    // A level says how bad a failure is; what is open has none.
    kind: open ? "open" : "fail",
    level: open ? "none" : levels[severity],
    message: { text: sentence([message || state, remedy && `Remedy: ${remedy}`].filter(Boolean).join(" ")) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file, uriBaseId: "REPOSITORY" },
          region: { startLine: line },
        },
        logicalLocations: [{ name: resource.name, fullyQualifiedName: resource.urn, kind: "resource" }],
      },
    ],
    partialFingerprints: { "policyAndUrn/v1": sha256(`${policy}\n${resource.urn}`) },
    ...(state === "fail-waived" ? { suppressions: [suppression(record, review)] } : {}),
    properties: { state },
  };
}

function suppression({ policy, resource }: ReviewRecord, { waivers }: Review) {
  const waiver = waivers.find((one) => one.policy === policy && one.urn === resource.urn);
  const justification = waiver
    ? `${waiver.reason} (${waiver.category}, ${waiver.ticket}, approved by ${waiver.approver}, until ${waiver.expiresOn})`
    : "waived";
  return { kind: "external", status: "accepted", justification } as const;
}

function invocation(review: Review, leftOut: number): Invocation {
  const notes: Notification[] = [
    ...review.records
      .filter(({ state }) => state === "error")
      .map(({ policy, message }) => ({
        level: "error" as const,
        associatedRule: { id: policy },
        message: { text: sentence(message || "the rule ended in an error") },
      })),
    ...waiverProblemsOf(review).map((text) => ({ level: "error" as const, message: { text: sentence(text) } })),
    ...(leftOut > 0
      ? [
          {
            level: "warning" as const,
            message: { text: `${leftOut} results are left out here; all of them are in records.json.` },
          },
        ]
      : []),
  ];
  return {
    executionSuccessful: !notes.some(({ level }) => level === "error"),
    endTimeUtc: review.at,
    ...(notes.length > 0 ? { toolExecutionNotifications: notes } : {}),
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function pascalCase(id: string): string {
  return id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
