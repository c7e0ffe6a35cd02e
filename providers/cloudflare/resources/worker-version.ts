import type { Problem } from "../../kit/check.ts";
import type { ResourceDefinition } from "../../kit/definition.ts";
import { isJsonMap, isMap, type Json, type JsonMap, type ValueMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { rest } from "../rest.ts";
import { readBindings } from "../script/bindings.ts";
import { checkFile, readSource } from "../script/source.ts";

const versions = "/accounts/{accountId}/workers/workers/{workerId}/versions";

/** Versions cannot change and are never deleted. Their code travels inside the JSON body. */
const version = rest({
  type: "WorkerVersion",
  create: `POST ${versions}`,
  item: `${versions}/{id}`,
  readQuery: "?include=modules",
  outside: ["deploy", "include"],
  keepOnDelete: true,
  importIds: ["{accountId}/{workerId}/{id}"],
});

export const workerVersion: ResourceDefinition<Api> = {
  ...version,
  check: checkModules,
  create: async (inputs, operation) => {
    const made = await version.create({ ...inputs, ...(await withModules(inputs)) }, operation);
    // The code stays out of the state where it came from a file.
    const { modules: _, ...outputs } = made.outputs;
    return { ...made, outputs };
  },
  read: async (current, operation) => {
    const found = await version.read?.(current, operation);
    if (found === undefined) return undefined;
    const { state } = current;
    const { modules, ...outputs } = found.outputs;
    // A version is what it was made as: only an import takes its code from the API.
    const code = state.modules ?? modules;
    const bindings = readBindings(outputs.bindings, state);
    return { ...found, outputs: { ...outputs, bindings, ...(code === undefined ? {} : { modules: code }) } };
  },
};

async function checkModules(inputs: ValueMap): Promise<Problem[]> {
  const modules = Array.isArray(inputs.modules) ? inputs.modules : [];
  const problems = await Promise.all(
    modules.map((module, index) => (isMap(module) ? checkFile(module, ["modules", index]) : [])),
  );
  if (isMap(inputs.assets) && (inputs.assets.directory ?? null) !== null) {
    problems.push([
      {
        path: ["assets", "directory"],
        reason: "is not supported by the built-in plugin; use WorkersScript for assets",
      },
    ]);
  }
  return problems.flat();
}

async function withModules(inputs: JsonMap): Promise<{ modules?: Json }> {
  if (!Array.isArray(inputs.modules)) return {};
  const modules = inputs.modules.map(async (module): Promise<Json> => {
    if (!isJsonMap(module)) return module;
    const { contentFile: _, contentSha256: __, ...rest } = module;
    return { ...rest, contentBase64: Buffer.from(await readSource(module)).toString("base64") };
  });
  return { modules: await Promise.all(modules) };
}
