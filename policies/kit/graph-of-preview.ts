import type { PolicyResource } from "@pulumi/policy";
import { Graph, type Node } from "./graph.ts";
import { stackOf } from "./graph-of-state.ts";
import { toValues } from "./value.ts";

/** The graph of what the engine shows a stack policy; at a preview, what is not known yet is marked and stops nothing. */
export function graphOfPreview(resources: readonly PolicyResource[]): Graph {
  const stack = stackOf(resources[0]?.urn);
  return new Graph(resources.map(toNode), { name: stack, environment: stack });
}

function toNode(resource: PolicyResource): Node {
  const { urn, type, name, opts } = resource;
  return {
    urn,
    type,
    name,
    props: toValues(resource.props),
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
