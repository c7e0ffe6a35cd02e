import type { PolicyResource } from "@pulumi/policy";
import { Graph, type Node } from "./graph.ts";
import { byUrn, stackOf } from "./graph-of-state.ts";
import { overlaid } from "./value.ts";

/**
 * The graph of what the engine shows a stack policy; at a preview, what is not known yet is marked and stops nothing.
 * @param inputs what each resource was given, by URN: a stack policy is shown what became of it only, which for a component is nothing.
 * @param tenants ids of those that the registry of tenants knows.
 */
export function graphOfPreview(
  resources: readonly PolicyResource[],
  inputs: ReadonlyMap<string, unknown>,
  tenants?: readonly string[],
): Graph {
  const stack = stackOf(resources[0]?.urn);
  const nodes = resources.map((resource) => toNode(resource, inputs.get(resource.urn))).sort(byUrn);
  // A tenant's stack is named `<environment>-<tenant>`.
  return new Graph(nodes, { name: stack, environment: stack.replace(/-.*/, ""), tenants });
}

function toNode(resource: PolicyResource, inputs: unknown): Node {
  const { urn, type, name, opts } = resource;
  return {
    urn,
    type,
    name,
    props: overlaid(inputs, resource.props),
    parent: resource.parent?.urn,
    provider: resource.provider?.urn,
    options: {
      protect: opts.protect,
      ignoreChanges: opts.ignoreChanges,
      aliases: opts.aliases,
      additionalSecretOutputs: opts.additionalSecretOutputs,
    },
    dependencies: resource.dependencies.map((dependency) => dependency.urn),
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([property, found]) => [
        property,
        found.map((each) => each.urn),
      ]),
    ),
  };
}
