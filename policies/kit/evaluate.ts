import { createHash } from "node:crypto";
import { isBinding, type PolicyResult } from "../../contracts/policy-result.ts";
import type { Pack, Rule } from "./define-rule.ts";
import type { Graph, Node } from "./graph.ts";
import { Undetermined } from "./value.ts";

export interface Finding {
  pack: Pack;
  rule: Rule;
  node: Node;
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
    // What an error says may hold a value, and a value may be a secret.
    if (!(error instanceof Undetermined)) return { state: "error", message: "the rule failed; see its test" };
    if (problems.length === 0) return { state: "undetermined", message: error.message };
  }
  if (problems.length === 0) return { state: "pass", message: "" };
  return { state: "fail", message: problems.join("; ") };
}

/** What a waiver is bound to: SHA-256, in hexadecimal, of the rule, the resource and what is wrong with it. */
export function violationHash({ rule, node, message }: Pick<Finding, "rule" | "node" | "message">): string {
  return createHash("sha256")
    .update(JSON.stringify([rule.id, node.urn, message]))
    .digest("hex");
}

/** Whether a release with this finding is not compliant once its state is what there is. */
export function breaks({ rule, state }: Finding): boolean {
  if (state === "error") return true;
  return isBinding(rule) && (state === "fail" || state === "undetermined");
}

/** The parts of a record that are the same for a whole run. */
export type Run = Pick<PolicyResult, "at" | "stack" | "commit" | "configDigest"> & {
  /** Digest of each pack by name. */
  digests: Readonly<Record<string, string>>;
};

/** A finding as evidence. */
export function toRecord({ pack, rule, node, state, message, waiver }: Finding, run: Run): PolicyResult {
  const { digests, ...same } = run;
  return {
    policy: rule.id,
    title: rule.title,
    severity: rule.severity,
    enforcement: rule.enforcement,
    controls: rule.controls.map(({ framework, id }) => ({ framework, id })),
    resource: { urn: node.urn, type: node.type, name: node.name },
    state,
    message,
    remedy: rule.remedy,
    ...(waiver !== undefined && { waiver }),
    pack: { name: pack.name, version: pack.version, digest: digests[pack.name] ?? "" },
    ...same,
  };
}
