import type { ProviderDefinition } from "../kit/definition.ts";
import { PartialFailure, ProviderError } from "../kit/errors.ts";
import type { JsonMap } from "../kit/value.ts";

/** A provider of one resource type over a map, for testing the kit. */
export function notes(): { definition: ProviderDefinition<{ token: string }>; stored: Map<string, JsonMap> } {
  const stored = new Map<string, JsonMap>();
  let next = 1;
  const definition: ProviderDefinition<{ token: string }> = {
    name: "notes",
    version: "1.2.3",
    config: { token: { type: "string", secret: true }, retries: { type: "number" } },
    checkConfig: ({ retries }) => (retries === 0 ? [{ path: ["retries"], reason: "must be at least 1, found 0" }] : []),
    configure: ({ token }) => ({ token: typeof token === "string" ? token : "" }),
    resources: {
      "notes:index:Note": {
        shape: {
          shelf: { type: "string", required: true, replace: true },
          title: { type: "string", required: true },
          text: { type: "string" },
          key: { type: "string", output: true, secret: true },
          digest: { type: "string", output: true },
          createdOn: { type: "string", output: true, stable: true },
          version: { type: "number", output: true },
        },
        uniqueBy: ["title"],
        derived: ["digest"],
        importIds: ["{shelf}/{id}"],
        review: (changes, { inputs }) => {
          if (inputs.text === "locked" && changes.length > 0) throw new ProviderError("a locked note stays as it is");
          return inputs.text === "movable" ? changes.map((change) => ({ ...change, replace: false })) : [...changes];
        },
        check: ({ title, shelf }) => [
          ...(title === "" ? [{ path: ["title"], reason: "must not be empty" }] : []),
          ...(typeof shelf !== "string" || shelf.length < 40
            ? []
            : [{ path: ["shelf"], reason: `must be shorter than 40, found ${shelf}` }]),
        ],
        create: async (inputs, { log }) => {
          log(`writing ${inputs.title}: ${inputs.text}`);
          if (inputs.text === "refused") throw new ProviderError(`cannot write ${inputs.text}`);
          const id = `n${next++}`;
          const outputs: JsonMap = { key: `key of ${id}`, digest: `#${inputs.text}`, createdOn: "today", version: 1 };
          stored.set(id, { ...inputs, ...outputs });
          if (inputs.text === "half") throw new PartialFailure(id, outputs, "only half of it was written");
          if (inputs.text === "bug") throw new TypeError(`cannot read ${inputs.text}`);
          return { id, outputs };
        },
        read: async ({ id, state }) => {
          const found = stored.get(id);
          return found && found.shelf === state.shelf ? { id, outputs: found } : undefined;
        },
        update: async (inputs, { id, state }) => {
          const outputs: JsonMap = { digest: `#${inputs.text}`, version: Number(state.version) + 1 };
          stored.set(id, { ...stored.get(id), ...inputs, ...outputs });
          if (inputs.text === "half") throw new PartialFailure(id, outputs, "only half of it was written");
          return outputs;
        },
        delete: async ({ id }) => {
          if (!stored.delete(id)) throw new ProviderError(`${id} is not there`);
        },
      },
      "notes:index:Waiting": {
        shape: {},
        create: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
          }),
      },
    },
    functions: {
      "notes:index:shout": {
        inputs: { text: { type: "string", required: true } },
        derived: ["loud"],
        invoke: async ({ text }) => ({ text: text ?? null, loud: String(text).toUpperCase() }),
      },
    },
  };
  return { definition, stored };
}
