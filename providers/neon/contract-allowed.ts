import type { ContractAllowed } from "../../database/migrations/plan.ts";
import { ProviderError } from "../kit/errors.ts";

/** The Worker that uses a database, and for how long an old version of it may come back. */
export interface Release {
  accountId: string;
  scriptName: string;
  rollbackSeconds: number;
}

interface CloudflareAccess {
  baseUrl: string | undefined;
  /** Secret. */
  apiToken: string | undefined;
}

interface Deployment {
  created_on: string;
  versions: readonly { version_id: string; percentage: number }[];
}

const official = "https://api.cloudflare.com/client/v4";

/**
 * Whether no old version of the Worker is live, or within the time in which it can be rolled back to.
 * Source: https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/
 * @throws ProviderError when Cloudflare does not say.
 */
export async function contractAllowed(
  release: Release,
  signal: AbortSignal,
  cloudflare: CloudflareAccess = {
    baseUrl: process.env.CLOUDFLARE_BASE_URL,
    apiToken: process.env.CLOUDFLARE_API_TOKEN,
  },
): Promise<ContractAllowed> {
  const deployments = await deploymentsOf(release, cloudflare, signal);
  const newest = deployments[0];
  if (newest === undefined) return { ok: true };
  if (newest.versions.length > 1) {
    const shares = newest.versions.map(({ version_id, percentage }) => `${version_id} answers ${percentage} %`);
    return { ok: false, why: `more than one version of ${release.scriptName} is live (${shares.join(", ")})` };
  }
  const live = newest.versions[0]?.version_id;
  const before = deployments.find(({ versions }) => versions.some(({ version_id }) => version_id !== live));
  if (before === undefined) return { ok: true };
  // The deployment that took the old version away: the oldest of those in which only the new one answers.
  const since = deployments[deployments.indexOf(before) - 1] ?? newest;
  const until = Date.parse(since.created_on) + release.rollbackSeconds * 1000;
  if (until <= Date.now()) return { ok: true };
  const moment = new Date(until).toISOString();
  return { ok: false, why: `${release.scriptName} can be rolled back to its version before until ${moment}` };
}

/** Newest first; empty while there is no such script. */
async function deploymentsOf(
  { accountId, scriptName }: Release,
  { baseUrl: base = official, apiToken: token = "" }: CloudflareAccess,
  signal: AbortSignal,
): Promise<Deployment[]> {
  const url = `${base}/accounts/${accountId}/workers/scripts/${scriptName}/deployments`;
  let response: Response;
  try {
    response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unknownDeployments(scriptName, error instanceof Error ? error.message : String(error));
  }
  if (response.status === 404) return [];
  if (!response.ok) throw unknownDeployments(scriptName, `Cloudflare answered ${response.status}`);
  const { result } = (await response.json()) as { result: { deployments: Deployment[] } };
  return result.deployments.toSorted((a, b) => Date.parse(b.created_on) - Date.parse(a.created_on));
}

function unknownDeployments(scriptName: string, found: string): ProviderError {
  return new ProviderError(
    `Which versions of ${scriptName} are live is not known: ${found}. Contract migrations wait until it is. ` +
      "See that CLOUDFLARE_API_TOKEN may read Workers scripts of the account, and run `up` again.",
  );
}
