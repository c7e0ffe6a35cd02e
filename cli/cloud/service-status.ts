import { z } from "zod";
import type { ResolvedService } from "../../catalog/index.ts";
import { publicUrl } from "../../components/public-url.ts";
import { probe, statusDocument } from "./probe.ts";

export interface ServiceStatus {
  service: string;
  /** Where a person opens it; absent for a package that runs nowhere. */
  url?: string;
  health: "ok" | "unhealthy" | "unreachable" | "not deployed" | "runs nowhere" | "suspended" | "expired" | "reaped";
  detail?: string;
  /** Version as the service tells it, or the beginning of its code's sha256. */
  version?: string;
  /** When the service was last changed. */
  deployedAt?: string;
  /** What a month comes to if it goes on as in the last day, US dollars by list price; absent: nothing was measured. */
  dollarsPerMonth?: number;
  /** What is worth a change of it. */
  findings?: string[];
}

/** What the state knows about a deployed service. */
export interface Deployed {
  version?: string;
  deployedAt?: string;
}

const versioned = z.object({
  version: z.union([z.string(), z.object({ id: z.string(), tag: z.string(), timestamp: z.string() })]).optional(),
});

/** Asks every service at once for its health and version. `edgeUrl` is the embedded cloud's edge; `deployed` has those that exist. */
export async function serviceStatuses(
  services: readonly ResolvedService[],
  edgeUrl: string | undefined,
  deployed: ReadonlyMap<string, Deployed>,
): Promise<ServiceStatus[]> {
  return Promise.all(services.map((service) => statusOf(service, edgeUrl, deployed.get(service.name))));
}

async function statusOf(
  service: ResolvedService,
  edgeUrl: string | undefined,
  deployed: Deployed | undefined,
): Promise<ServiceStatus> {
  const url = publicUrl(service, edgeUrl);
  if (url === undefined) return { service: service.name, health: "runs nowhere" };
  if (!deployed) return { service: service.name, url, health: "not deployed" };
  const [{ health, detail }, document] = await Promise.all([
    probe(new URL(service.health.path, url).href, service.health.expect, edgeUrl),
    statusDocument(url, edgeUrl),
  ]);
  const { version } = versioned.safeParse(document).data ?? {};
  return {
    service: service.name,
    url,
    health,
    ...(detail === undefined ? {} : { detail }),
    ...deployed,
    ...(typeof version === "string" ? { version } : {}),
    ...(typeof version === "object" ? { version: version.tag || version.id.slice(0, 8) } : {}),
    ...(typeof version === "object" && version.timestamp ? { deployedAt: version.timestamp } : {}),
  };
}
