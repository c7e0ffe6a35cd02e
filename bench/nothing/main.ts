import { kindOf } from "../../policies/kit/graph.ts";
import { serveProvider } from "../../providers/kit/serve.ts";
import { policedStack } from "../policed-stack.ts";

/** Resources that do nothing, each with the properties that those of a stack under policies have. */
const policed = policedStack(100).filter(({ type }) => !type.startsWith("chittyops:"));
const kinds = Map.groupBy(policed, ({ type }) => kindOf(type));
const shapes = [...kinds].map(([kind, nodes]) => {
  const keys = new Set(nodes.flatMap(({ props }) => Object.keys(props)));
  return [
    `nothing:index:${kind}`,
    Object.fromEntries([...keys].map((key) => [key, { type: "any" as const }])),
  ] as const;
});

const nothing = { update: async () => ({}), delete: async () => {} };

/** A provider whose resources do nothing: what an `up` costs in the engine alone. */
await serveProvider({
  name: "nothing",
  version: "0.0.1",
  config: {},
  configure: () => undefined,
  resources: {
    ...Object.fromEntries(
      shapes.map(([token, shape]) => [token, { shape, create: async () => ({ id: token, outputs: {} }), ...nothing }]),
    ),
    "nothing:index:Nothing": {
      shape: { index: { type: "number", required: true } },
      create: async (inputs) => ({ id: `nothing-${inputs.index}`, outputs: {} }),
      ...nothing,
    },
  },
});
