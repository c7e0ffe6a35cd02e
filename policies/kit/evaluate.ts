import { createHash } from "node:crypto";
import { isBinding, type PolicyResult } from "../../contracts/policy-result.ts";
import type { Pack, Rule } from "./define-rule.ts";
import type { Graph, Node } from "./graph.ts";
import { Undetermined } from "./value.ts";

export interface Finding {
  pack: Pack;
  rule: Rule;
  node: Pick<Node, "urn" | "type" | "name">;
  state: PolicyResult["state"];
  /** Without any value that may be a secret. */
  message: string;
  /** Id of the waiver that applies. */
  waiver?: string;
}

/** Asks every rule about every resource. A rule that throws is an `error` for that resource; the others go on. */
export function evaluate(graph: Graph, packs: readonly Pack[], disabled: ReadonlySet<string> = new Set()): Finding[] {
  return packs.flatMap((pack) =>
    pack.rules.flatMap((rule) =>
      graph.nodes.map((node): Finding => {
        if (disabled.has(rule.id)) return { pack, rule, node, state: "disabled", message: "disabled by configuration" };
        return { pack, rule, node, ...ask(rule, node, graph) };
      }),
    ),
  );
}

function ask(rule: Rule, node: Node, graph: Graph): Pick<Finding, "state" | "message"> {
  const problems: string[] = [];
  try {
    if (!rule.appliesTo(node, graph)) return { state: "not-applicable", message: "" };
    for (const problem of rule.check(node, graph)) problems.push(problem);
  } catch (error) {
    if (!(error instanceof Undetermined)) return { state: "error", message: `the rule failed: ${whereFrom(error)}` };
    if (problems.length === 0) return { state: "undetermined", message: error.message };
  }
  if (problems.length === 0) return { state: "pass", message: "" };
  return { state: "fail", message: problems.join("; ") };
}

/** e.g. `TypeError in min-tls.ts:17`. What an error says is left out: it may hold a value, and a value may be a secret. */
function whereFrom(error: unknown): string {
  if (!(error instanceof Error)) return "it threw something that is no error";
  const place = /([\w.-]+\.ts:\d+):\d+\)?$/m.exec(error.stack ?? "")?.[1];
  return place === undefined ? error.name : `${error.name} in ${place}`;
}

/** What a waiver is bound to: SHA-256, in hexadecimal, of the rule, the resource and what is wrong with it. */
export function violationHash({ rule, node, message }: Pick<Finding, "rule" | "node" | "message">): string {
  return createHash("sha256")
    .update(JSON.stringify([rule.id, node.urn, message]))
    .digest("hex");
}

/** Whether a plan with this finding is refused. */
export function refuses({ rule, state }: Finding): boolean {
  return state === "error" || (isBinding(rule) && state === "fail");
}

/** Whether a release with this finding is not compliant once its state is what there is: nothing may be open any more. */
export function breaks(finding: Finding): boolean {
  return refuses(finding) || (isBinding(finding.rule) && finding.state === "undetermined");
}

/** The parts of a record that are the same for a whole run. */
export type Run = Pick<PolicyResult, "at" | "stack" | "commit" | "configDigest"> & {
  /** Digest of each pack by name. */
  digests: Readonly<Record<string, string>>;
};

/** A finding as evidence. */
export function toRecord(finding: Finding, run: Run): PolicyResult {
  const { pack, rule, node, state, message, waiver } = finding;
  const { digests, ...same } = run;
  return {
    policy: rule.id,
    title: rule.title,
    severity: rule.severity,
    enforcement: rule.enforcement,
    controls: [...rule.controls],
    resource: { urn: node.urn, type: node.type, name: node.name },
    state,
    message,
    remedy: rule.remedy,
    ...((state === "fail" || state === "fail-waived") && { violationHash: violationHash(finding) }),
    ...(waiver !== undefined && { waiver }),
    pack: { name: pack.name, version: pack.version, digest: digests[pack.name] ?? "" },
    ...same,
  };
}
