import type { Registration, RegistryEntry } from "../../../contracts/ops-registry.ts";
import type { Dependency, RegistryRecord } from "../../../contracts/registry-record.ts";

/** A service, whoever said that it is there. */
export interface ServiceRecord
  extends Pick<RegistryEntry, "name" | "uri" | "description" | "subtype" | "family" | "tier" | "owner" | "version"> {
  chitty_id?: string | undefined;
  parent_chitty_id?: string | undefined;
  endpoints: string[];
  health_check?: { url: string; expect: string } | undefined;
  mcp_url?: string | undefined;
  tools: { name: string; description: string }[];
  dependencies: Dependency[];
}

export function fromCatalog(record: RegistryRecord): ServiceRecord {
  const { name, uri, description, subtype, family, tier, owner, version, endpoints, dependencies } = record;
  const { health_check, mcp_url } = record;
  const known = { name, uri, description, subtype, family, tier, owner, version, endpoints, dependencies };
  return { ...known, health_check, mcp_url, tools: [] };
}

export function fromRegistration(registration: Registration): ServiceRecord {
  const { service_name: name, service_type: subtype, endpoint, version, health_check_url: healthUrl } = registration;
  const { chitty_id, parent_chitty_id } = registration;
  const { description, family, tier, owner, health_status, mcp_url, tools, dependencies } = registration.metadata;
  return {
    name,
    uri: `chittycanon://core/services/${name}`,
    description,
    subtype,
    family,
    tier,
    owner,
    version,
    chitty_id,
    parent_chitty_id,
    endpoints: [endpoint, ...(healthUrl === undefined ? [] : [healthUrl])],
    health_check: healthUrl === undefined ? undefined : { url: healthUrl, expect: health_status },
    mcp_url,
    tools,
    dependencies,
  };
}

/** The domain that its host is below, by which services of one edge are known: the last two labels, e.g. `chitty.cc`. */
export function zoneOf({ health_check }: ServiceRecord): string | undefined {
  if (health_check === undefined || !URL.canParse(health_check.url)) return undefined;
  return new URL(health_check.url).hostname.split(".").slice(-2).join(".");
}
