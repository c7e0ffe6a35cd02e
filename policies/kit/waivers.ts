import { z } from "zod";
import { environmentNames } from "../../catalog/environments.ts";
import { type Finding, violationHash } from "./evaluate.ts";

const day = z.iso.date();
export const waiver = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/, "expected lower case letters, digits and hyphens"),
  policy: z.string().min(1),
  urn: z.string().regex(/^urn:pulumi:[^*]+$/, "expected the exact URN of one resource"),
  category: z.enum(["waiver", "mitigated"]),
  reason: z.string().min(30, "expected 30 characters or more"),
  compensatingControl: z.string().min(1),
  requester: z.string().min(1),
  approver: z.string().min(1),
  ticket: z.string().min(1),
  approvedOn: day,
  expiresOn: day,
  violationHash: z.string().regex(/^[0-9a-f]{64}$/, "expected the 64 hexadecimal digits that the finding shows"),
});
export type Waiver = z.infer<typeof waiver>;

const longestDays = 365;
const dayMs = 86_400_000;

/**
 * Reads a waiver, and says everything that is wrong with it by field, e.g. `ticket: expected string, received undefined`.
 *
 * @param known ids of all rules, those of packs that are not asked included.
 * @param today the day, e.g. `2026-11-26`.
 */
export function readWaiver(
  content: unknown,
  known: ReadonlySet<string>,
  today: string,
): { waiver?: Waiver; problems: string[] } {
  const parsed = waiver.safeParse(content);
  const problems = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".") || "(the file)"}: ${message}`,
  );
  // What the fields say to each other is looked at even where others of them are wrong.
  const loose = z.record(z.string(), z.unknown()).safeParse(content);
  if (loose.success) problems.push(...contradictions(loose.data, known, today));
  return parsed.success && problems.length === 0 ? { waiver: parsed.data, problems } : { problems };
}

function contradictions(fields: Record<string, unknown>, known: ReadonlySet<string>, today: string): string[] {
  const { policy, urn, requester, approver, approvedOn, expiresOn } = fields;
  const problems: string[] = [];
  // A tenant's stack is named `<environment>-<tenant>`.
  const environment = /^urn:pulumi:([a-z0-9]+)/.exec(String(urn))?.[1];
  if (environment !== undefined && !(environmentNames as readonly string[]).includes(environment))
    problems.push(`urn: is of the environment ${environment}; expected one of ${environmentNames.join(", ")}`);
  if (typeof policy === "string" && policy !== "" && !known.has(policy))
    problems.push("policy: no pack has a rule of this id");
  if (same(requester, approver)) problems.push("approver: is the requester; expected somebody else");
  const from = day.safeParse(approvedOn).data;
  const until = day.safeParse(expiresOn).data;
  if (from !== undefined && from > today) problems.push("approvedOn: is in the future");
  if (until !== undefined && until < today)
    problems.push("expiresOn: has passed; renew the waiver or mend the finding");
  if (from !== undefined && until !== undefined) {
    const days = (Date.parse(until) - Date.parse(from)) / dayMs;
    if (days < 0) problems.push("expiresOn: is before approvedOn");
    if (days > longestDays)
      problems.push(`expiresOn: is ${days} days after approvedOn; expected ${longestDays} at most`);
  }
  return problems;
}

function same(one: unknown, other: unknown): boolean {
  return typeof one === "string" && typeof other === "string" && fold(one) === fold(other);
}

function fold(person: string): string {
  return person.normalize("NFKC").trim().toLowerCase();
}

/** Turns failures that are waived into `fail-waived`, and gives the waivers that waive nothing although their rule was asked about their resource. */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
): { findings: Finding[]; unused: Waiver[] } {
  if (waivers.length === 0) return { findings: [...findings], unused: [] };
  const open = new Map(waivers.map((waiver) => [waiver.violationHash, waiver]));
  const used = new Set<Waiver>();
  // Whether a violation is still there cannot be said of a rule that is not asked here, or that has no answer yet.
  const asked = new Set<string>();
  const later = new Set<string>();
  const applied = findings.map((finding): Finding => {
    asked.add(finding.rule.id);
    if (["undetermined", "error", "disabled"].includes(finding.state))
      later.add(about(finding.rule.id, finding.node.urn));
    if (finding.state !== "fail") return finding;
    const waiver = open.get(violationHash(finding));
    if (waiver === undefined || waiver.policy !== finding.rule.id || waiver.urn !== finding.node.urn) return finding;
    used.add(waiver);
    return { ...finding, state: "fail-waived", waiver: waiver.id };
  });
  const unused = waivers.filter(
    (waiver) => !used.has(waiver) && asked.has(waiver.policy) && !later.has(about(waiver.policy, waiver.urn)),
  );
  return { findings: applied, unused };
}

function about(policy: string, urn: string): string {
  return `${policy} ${urn}`;
}
