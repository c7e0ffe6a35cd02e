import type { Control, PolicyResult } from "../../contracts/policy-result.ts";
import type { Graph, Node } from "./graph.ts";
import type { Value } from "./value.ts";

export interface Rule {
  /** Unique among all packs, e.g. `min-tls`. */
  id: string;
  title: string;
  severity: PolicyResult["severity"];
  enforcement: PolicyResult["enforcement"];
  controls: readonly Control[];
  /** What a reader might think it shows, and it does not. */
  cannotSee: string;
  /** What to do about a finding. */
  remedy: string;
  /** May throw Undetermined. */
  appliesTo(node: Node, graph: Graph): boolean;
  /**
   * What is wrong with the resource, a sentence each, without any value that may be a secret; empty where nothing is.
   * Found problems go before an unknown value: yield them as they are found. May throw Undetermined.
   */
  check(node: Node, graph: Graph): Iterable<string>;
  /** With `remediate`: the properties that replace the resource's own; undefined where it is right as it is. */
  remediate?(type: string, props: Readonly<Record<string, Value>>): Record<string, Value> | undefined;
}

/** States a rule. @throws Error where its enforcement and its parts contradict each other, which is a mistake of the rule's author. */
export function defineRule(rule: Rule): Rule {
  if ((rule.enforcement === "remediate") !== (rule.remediate !== undefined))
    throw new Error(`${rule.id} has to have both the enforcement "remediate" and a remediation, or neither`);
  return rule;
}

export interface Pack {
  name: string;
  version: string;
  rules: readonly Rule[];
}
