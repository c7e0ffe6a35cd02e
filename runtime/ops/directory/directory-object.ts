import type {
  HealthDay,
  HealthSummary,
  Maintenance,
  MaintenancePage,
  NewMaintenance,
} from "../../../contracts/ops-health.ts";
import type {
  Challenge,
  Heartbeat,
  McpServers,
  Registered,
  Registration,
  RegistryDetail,
  RegistryManifest,
  RegistryPage,
  RegistryStats,
} from "../../../contracts/ops-registry.ts";
import type { CertificateEnd } from "../../../contracts/ops-security.ts";
import type { Outcome } from "../../problem/problem.ts";
import type { Families, PageQuery, ServiceQuery } from "../registry/registry-view.ts";

/** What the rest of the plane asks of the directory: who is there, and how they are. */
export interface DirectoryObject {
  /** Looks at whatever is due. @param at the plane's time in milliseconds */
  round(at: number): Promise<void>;
  summary(families: Families): Promise<HealthSummary>;

  list(query: ServiceQuery): Promise<RegistryPage>;
  /** Undefined: there is none, or it is not of these families. */
  get(name: string, families: Families): Promise<RegistryDetail | undefined>;
  /** The last ninety days of each, oldest first. */
  days(names: readonly string[]): Promise<Record<string, HealthDay[]>>;
  /** The last day in spans of five minutes, oldest first; without milliseconds where there was no answer. */
  latency(name: string): Promise<{ at: string; milliseconds?: number }[]>;
  /** One of them as `get` shows it, after a look at it. */
  check(name: string): Promise<Outcome<RegistryDetail>>;
  tools(query: PageQuery): Promise<{ tools: { name: string; description: string; service: string }[]; next?: string }>;
  stats(families: Families): Promise<RegistryStats>;
  categories(families: Families): Promise<{ categories: { name: string; services: number }[] }>;
  manifest(query: PageQuery): Promise<RegistryManifest>;
  mcpServers(query: PageQuery): Promise<McpServers>;

  /** Those of services that are not known here are left out. */
  setCertificates(certificates: readonly CertificateEnd[]): Promise<void>;

  challenge(name: string, endpoint: string): Promise<Outcome<Challenge>>;
  register(registration: Registration): Promise<Outcome<Registered>>;
  heartbeat(id: string, token: string, heartbeat: Heartbeat): Promise<Outcome<{ service: string }>>;
  /** Whose registration it is; undefined: there is none. */
  registered(id: string): Promise<{ name: string; family: string } | undefined>;
  deregister(id: string): Promise<void>;

  planMaintenance(window: NewMaintenance, by: string): Promise<Outcome<Maintenance>>;
  maintenance(families: Families, after: string | undefined, limit: number): Promise<MaintenancePage>;
  maintenanceWindow(id: string): Promise<Maintenance | undefined>;
  endMaintenance(id: string): Promise<void>;
}
