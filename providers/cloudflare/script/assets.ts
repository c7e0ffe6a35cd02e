import type { Operation } from "../../kit/definition.ts";
import { ProviderError } from "../../kit/errors.ts";
import { isJsonMap, type Json, type JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { fillPath } from "../path.ts";
import { type AssetFile, assetFiles, manifestHash } from "./asset-files.ts";
import { multipart } from "./multipart.ts";

/** What the upload of a script says about its assets, and what the state remembers of them. */
export interface UploadedAssets {
  readonly metadata: JsonMap;
  readonly outputs: JsonMap;
}

/**
 * Brings an assets folder to Cloudflare: a session names what is missing, the missing files are uploaded with the session's
 * token, and the token that answers the last of them goes into the script's metadata.
 */
export async function uploadAssets(inputs: JsonMap, operation: Operation<Api>): Promise<UploadedAssets | undefined> {
  const { assets } = inputs;
  if (!isJsonMap(assets)) return undefined;
  const config = isJsonMap(assets.config) ? { config: assets.config } : {};
  if (typeof assets.directory !== "string") {
    return { metadata: { ...(typeof assets.jwt === "string" ? { jwt: assets.jwt } : {}), ...config }, outputs: {} };
  }
  const files = await assetFiles(assets.directory);
  const jwt = await upload(files, inputs, operation);
  return { metadata: { jwt, ...config }, outputs: { assetManifestSha256: manifestHash(files) } };
}

async function upload(files: readonly AssetFile[], inputs: JsonMap, operation: Operation<Api>): Promise<string> {
  const { client, signal } = operation;
  const manifest = Object.fromEntries(files.map(({ path, hash, content }) => [path, { hash, size: content.length }]));
  const session = await client.call({
    method: "POST",
    path: fillPath("/accounts/{accountId}/workers/scripts/{scriptName}/assets-upload-session", inputs),
    body: { manifest },
    signal,
    repeatable: true,
  });
  const buckets = isJsonMap(session) && Array.isArray(session.buckets) ? session.buckets : [];
  const sessionToken = tokenOf(session);
  if (sessionToken === undefined) throw new Error("The assets upload session has no token.");
  if (buckets.length === 0) return sessionToken;
  let completion: string | undefined;
  for (const bucket of buckets) {
    const wanted = files.filter(({ hash }) => Array.isArray(bucket) && bucket.includes(hash));
    completion = tokenOf(await uploadBucket(wanted, sessionToken, inputs, operation)) ?? completion;
  }
  if (completion !== undefined) return completion;
  throw new ProviderError("Cloudflare did not confirm the upload of the assets. Run it again.");
}

async function uploadBucket(
  files: readonly AssetFile[],
  token: string,
  inputs: JsonMap,
  { client, signal }: Operation<Api>,
): Promise<Json> {
  const unique = [...new Map(files.map((file) => [file.hash, file])).values()];
  const { body, contentType } = multipart(
    unique.map(({ hash, type, content }) => ({
      name: hash,
      filename: hash,
      type,
      content: content.toString("base64"),
    })),
  );
  const path = `${fillPath("/accounts/{accountId}/workers/assets/upload", inputs)}?base64=true`;
  const headers = { "content-type": contentType, authorization: `Bearer ${token}` };
  return client.call({ method: "POST", path, body, headers, signal, repeatable: true });
}

function tokenOf(answer: Json): string | undefined {
  return isJsonMap(answer) && typeof answer.jwt === "string" ? answer.jwt : undefined;
}
