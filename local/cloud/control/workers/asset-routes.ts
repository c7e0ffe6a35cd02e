import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type AssetManifest, type AssetSessionRecord, assetFiles, assetSessions } from "../../store/assets.ts";
import { scriptKey } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { formOf } from "../form.ts";
import { type Route, route } from "../route.ts";
import { signAssetToken, verifyAssetToken } from "./asset-token.ts";
import { scriptTarget } from "./script-target.ts";

const maximumSize = 25 * 1024 * 1024;
const sessionBody = z.object({
  manifest: z.record(
    z.string().refine(isAssetPath, "expected a path that begins with / and has no .. in it"),
    z.object({
      hash: z.string().regex(/^[0-9a-f]{32}$/, "expected 32 hexadecimal digits"),
      size: z.int().min(0).max(maximumSize, "expected at most 25 MiB"),
    }),
  ),
});

/** `…/assets-upload-session` of the scripts below `base`. */
export function assetSessionRoutes(base: string): Route[] {
  return [route("POST", `${base}/assets-upload-session`, beginUpload)];
}

/** Files are sent with the token of their session instead of an API token. */
export const assetUploadRoutes: Route[] = [
  { ...route("POST", "/accounts/:account/workers/assets/upload", uploadFiles), anonymous: true },
];

async function beginUpload(call: Call): Promise<Response> {
  const { manifest } = await call.json(sessionBody, 10021);
  const session: AssetSessionRecord = {
    id: randomUUID(),
    accountId: call.accountId,
    scriptKey: scriptKey(scriptTarget(call)),
    manifest,
  };
  call.store.put(assetSessions, session);
  const missing = missingHashes(call, manifest);
  const jwt = await signAssetToken(call.store, session, missing.length > 0 ? "upload" : "complete");
  return ok({ jwt, buckets: buckets(manifest, missing) });
}

/** Takes files as form fields named after their hashes, base64 when the query says so; answers the completion token with the last one. */
async function uploadFiles(call: Call): Promise<Response> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(call.request.headers.get("authorization") ?? "")?.[1] ?? "";
  const sessionId = await verifyAssetToken(call.store, bearer, call.accountId, "upload");
  const session = call.store.get(assetSessions, call.accountId, sessionId);
  if (!session) throw new ApiError(400, 10400, "The assets upload session is over. Begin a new one.");
  const files = assetFiles(call.store.directory);
  const sizes = new Map(Object.values(session.manifest).map(({ hash, size }) => [hash, size]));
  const isBase64 = call.query.get("base64") === "true";
  for (const [hash, value] of await formOf(call.request, 10021)) {
    const raw = typeof value === "string" ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
    const content = isBase64 ? Buffer.from(raw.toString("latin1"), "base64") : raw;
    if (sizes.get(hash) !== content.length) {
      throw new ApiError(
        400,
        10021,
        `The file ${hash} is not as the manifest says: found ${content.length} bytes, expected ${sizes.get(hash) ?? "no such file"}.`,
      );
    }
    files.put(call.accountId, hash, content);
  }
  if (missingHashes(call, session.manifest).length > 0) return ok({ jwt: null }, { status: 202 });
  return ok({ jwt: await signAssetToken(call.store, session, "complete") }, { status: 201 });
}

/** The folder of the set that a completion token stands for. @throws {ApiError} 401/10400 */
export async function assetsOfToken(call: Call, jwt: string): Promise<string> {
  const sessionId = await verifyAssetToken(call.store, jwt, call.accountId, "complete");
  const session = call.store.get(assetSessions, call.accountId, sessionId);
  if (!session) throw new ApiError(400, 10400, "The assets upload session is over. Begin a new one.");
  return assetFiles(call.store.directory).directoryOf(call.accountId, session.manifest);
}

function missingHashes(call: Call, manifest: AssetManifest): string[] {
  const files = assetFiles(call.store.directory);
  const hashes = new Set(Object.values(manifest).map(({ hash }) => hash));
  return [...hashes].filter((hash) => !files.has(call.accountId, hash));
}

/** Groups of files that fit one request: up to 40 MiB and 1,000 files. */
function buckets(manifest: AssetManifest, hashes: string[]): string[][] {
  const sizes = new Map(Object.values(manifest).map(({ hash, size }) => [hash, size]));
  const groups: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const hash of hashes) {
    const more = sizes.get(hash) ?? 0;
    if (size + more > 40 * 1024 * 1024 || (groups.at(-1)?.length ?? 0) >= 1000) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(hash);
    size += more;
  }
  return groups;
}

function isAssetPath(path: string): boolean {
  return path.startsWith("/") && !path.split("/").some((part) => part === ".." || part === ".") && !path.includes("\0");
}
