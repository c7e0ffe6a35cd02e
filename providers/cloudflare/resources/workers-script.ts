import type { Operation, ResourceDefinition } from "../../kit/definition.ts";
import type { Path } from "../../kit/path.ts";
import { isJsonMap, isMap, type JsonMap, type ValueMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { fillPath } from "../path.ts";
import { assetFiles, manifestHash } from "../script/asset-files.ts";
import { uploadAssets } from "../script/assets.ts";
import { dueMigrations, presentTag } from "../script/migrations.ts";
import { multipart } from "../script/multipart.ts";
import { decodeScript, readScript } from "../script/read.ts";
import { checkSource } from "../script/source.ts";
import { uploadParts } from "../script/upload.ts";
import { shapeOf } from "../shapes.ts";

const shape = shapeOf("WorkersScript", ["scriptName"]);
const item = "/accounts/{accountId}/workers/scripts/{scriptName}";

export const workersScript: ResourceDefinition<Api> = {
  shape,
  importIds: ["{accountId}/{scriptName}"],
  uniqueBy: ["accountId", "scriptName"],
  check: checkSource,
  stale: staleAssets,
  create: async (inputs, operation) => ({
    id: String(inputs.scriptName),
    outputs: await upload(inputs, {}, operation),
  }),
  read: (current, operation) => readScript(current, operation, shape),
  update: (inputs, { state }, operation) => upload(inputs, state, operation),
  delete: async ({ id, state }, { client, signal }) => {
    const force = state.force === true ? "?force=true" : "";
    await client.call({ method: "DELETE", path: fillPath(item, { ...state, scriptName: id }) + force, signal });
  },
};

async function upload(inputs: JsonMap, state: JsonMap, operation: Operation<Api>): Promise<JsonMap> {
  const { client, signal } = operation;
  const assets = await uploadAssets(inputs, operation);
  const migrations = dueMigrations(inputs, state);
  const parts = await uploadParts(inputs, shape, {
    ...(migrations ? { migrations } : {}),
    ...(assets ? { assets: assets.metadata } : {}),
  });
  const { body, contentType } = multipart(parts);
  const headers = { "content-type": contentType };
  const answer = await client.call({ method: "PUT", path: fillPath(item, inputs), body, headers, signal });
  const tag = isJsonMap(inputs.migrations) ? inputs.migrations.newTag : presentTag(state);
  return {
    usageModel: "standard",
    ...decodeScript(answer, shape),
    ...(typeof tag === "string" ? { migrationTag: tag } : {}),
    ...(assets ? { assets: assets.outputs } : {}),
    id: String(inputs.scriptName),
  };
}

/** A folder that has other files in it than those that were uploaded. */
async function staleAssets(state: JsonMap, inputs: ValueMap): Promise<Path[]> {
  const { assets } = inputs;
  if (!isMap(assets) || typeof assets.directory !== "string") return [];
  const uploaded = isJsonMap(state.assets) ? state.assets.assetManifestSha256 : undefined;
  return manifestHash(await assetFiles(assets.directory)) === uploaded ? [] : [["assets", "directory"]];
}
