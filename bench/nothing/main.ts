import { serveProvider } from "../../providers/kit/serve.ts";

/** A provider whose one resource does nothing: what an `up` costs in the engine alone. */
await serveProvider({
  name: "nothing",
  version: "0.0.1",
  config: {},
  configure: () => undefined,
  resources: {
    "nothing:index:Nothing": {
      shape: { index: { type: "number", required: true } },
      create: async (inputs) => ({ id: `nothing-${inputs.index}`, outputs: {} }),
      update: async () => ({}),
      delete: async () => {},
    },
  },
});
