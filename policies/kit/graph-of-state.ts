import { z } from "zod";
import { Graph, type Node } from "./graph.ts";
import { overlaid } from "./value.ts";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
  parent: z.string().optional(),
  provider: z.string().optional(),
  protect: z.boolean().default(false),
  ignoreChanges: z.array(z.string()).default([]),
  aliases: z.array(z.string()).default([]),
  additionalSecretOutputs: z.array(z.string()).default([]),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  delete: z.boolean().default(false),
});
const deployment = z.object({ resources: z.array(resource).nullish() });

/**
 * The graph of a stack's state, as `pulumi stack export` writes it, with or without the envelope. What waits to be deleted is not in it.
 *
 * @param tenants ids of those that the registry of tenants knows.
 * @throws z.ZodError for what is no state.
 */
export function graphOfState(exported: unknown, environment: string, tenants?: readonly string[]): Graph {
  const { resources } = z
    .union([z.object({ deployment }).transform((envelope) => envelope.deployment), deployment])
    .parse(exported);
  const nodes = (resources ?? [])
    .filter((state) => !state.delete)
    .map(toNode)
    .sort(byUrn);
  return new Graph(nodes, { name: stackOf(nodes[0]?.urn), environment, tenants });
}

function toNode(state: z.infer<typeof resource>): Node {
  return {
    urn: state.urn,
    type: state.type,
    name: state.urn.slice(state.urn.lastIndexOf("::") + 2),
    props: { ...overlaid(state.inputs, state.outputs), ...(state.id && { id: state.id }) },
    parent: state.parent,
    provider: state.provider,
    options: {
      protect: state.protect,
      ignoreChanges: state.ignoreChanges,
      aliases: state.aliases,
      additionalSecretOutputs: state.additionalSecretOutputs,
    },
    dependencies: state.dependencies ?? [],
    propertyDependencies: Object.fromEntries(
      Object.entries(state.propertyDependencies ?? {}).map(([property, urns]) => [property, urns ?? []]),
    ),
  };
}

/** `prod` of `urn:pulumi:prod::project::type::name`. */
export function stackOf(urn: string | undefined): string {
  return urn?.split("::")[0]?.split(":")[2] ?? "";
}

/** The engine lists resources in no order that two runs share. */
export const byUrn = (a: Node, b: Node): number => (a.urn < b.urn ? -1 : 1);
