import type { HealthState } from "../../../contracts/ops-health.ts";
import type {
  McpServers,
  RegistryEntry,
  RegistryManifest,
  RegistryPage,
  RegistryStats,
} from "../../../contracts/ops-registry.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import { type KeptService, kept, type ServiceRow } from "./registry-keeper.ts";

/** Which families somebody may see. */
export type Families = "all" | string[];

/** A page of a list in the order of names. */
export interface PageQuery {
  families: Families;
  /** Name of the last one of the page before. */
  after?: string | undefined;
  limit: number;
}

export interface ServiceQuery extends PageQuery {
  health?: HealthState | undefined;
  /** Words that have to be in the name, description, owner, URI or a tool. */
  text?: string | undefined;
}

/** What the registry answers. Every list is a page: it costs what it shows. */
export class RegistryView {
  readonly #storage: ObjectStorage;

  /** Over the tables of a `RegistryKeeper`. */
  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** @param around.stale nobody looked for a while: what was found then says nothing now */
  list(
    { families, health, text, after = "", limit }: ServiceQuery,
    around: { stale: boolean; maintenance: (service: { name: string; family: string }) => boolean },
  ): RegistryPage {
    const words = (text ?? "").toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8);
    const rows = this.#query<ServiceRow>(
      `SELECT ${columns}, ${shownHealth} AS health FROM services WHERE name > ? AND ${visible} AND (? IS NULL OR ${shownHealth} = ?) ${words.map(() => "AND instr(lower(record), ?) > 0").join(" ")} ORDER BY name LIMIT ?`,
      around.stale ? 1 : 0,
      after,
      ...familyBindings(families),
      health ?? null,
      around.stale ? 1 : 0,
      health ?? null,
      ...words.map((word) => JSON.stringify(word).slice(1, -1)),
      limit + 1,
    );
    const services = rows.slice(0, limit).map((row) => entryOf(kept(row), around.maintenance));
    return { services, ...next(rows.length > limit, services.at(-1)?.name) };
  }

  tools({ families, after = "", limit }: PageQuery) {
    const rows = this.#query<{ name: string; service: string; description: string }>(
      `SELECT name, service, description FROM tools WHERE name || ' ' || service > ? AND ${visible} ORDER BY name || ' ' || service LIMIT ?`,
      after,
      ...familyBindings(families),
      limit + 1,
    );
    const tools = rows.slice(0, limit);
    const last = tools.at(-1);
    return { tools, ...(rows.length > limit && last && { next: `${last.name} ${last.service}` }) };
  }

  stats(families: Families, stale: boolean): RegistryStats {
    const count = (column: string, ...bindings: number[]) =>
      this.#query<{ name: string; n: number }>(
        `SELECT ${column} AS name, count(*) AS n FROM services WHERE ${visible} GROUP BY 1 ORDER BY 1`,
        ...bindings,
        ...familyBindings(families),
      ).map(({ name, n }) => [name, n] as const);
    const bySource = count("source");
    const [edges] = this.#query<{ n: number }>(
      `SELECT count(*) AS n FROM dependencies WHERE service IN (SELECT name FROM services WHERE ${visible})`,
      ...familyBindings(families),
    );
    return {
      services: bySource.reduce((sum, [, n]) => sum + n, 0),
      byFamily: Object.fromEntries(count("family")),
      byHealth: Object.fromEntries(count(shownHealth, stale ? 1 : 0)) as RegistryStats["byHealth"],
      byTier: Object.fromEntries(count("CAST(record ->> 'tier' AS TEXT)")),
      bySource: Object.fromEntries(bySource),
      dependencies: edges?.n ?? 0,
    };
  }

  /** By family and health. */
  counts(families: Families, stale: boolean): { family: string; health: HealthState; n: number }[] {
    return this.#query(
      `SELECT family, ${shownHealth} AS health, count(*) AS n FROM services WHERE ${visible} GROUP BY 1, 2`,
      stale ? 1 : 0,
      ...familyBindings(families),
    ) as { family: string; health: HealthState; n: number }[];
  }

  categories(families: Families): { categories: { name: string; services: number }[] } {
    const categories = this.#query<{ name: string; services: number }>(
      `SELECT record ->> 'subtype' AS name, count(*) AS services FROM services WHERE ${visible} GROUP BY 1 ORDER BY 1`,
      ...familyBindings(families),
    );
    return { categories };
  }

  manifest({ families, after = "", limit }: PageQuery, environment: string): RegistryManifest {
    const rows = this.#page(families, after, limit, "1");
    const services = rows.slice(0, limit).map((row) => {
      const { name, uri, family, version, endpoints, dependencies } = kept(row).record;
      return { name, uri, family, version, endpoints, dependencies };
    });
    return { environment, services, ...next(rows.length > limit, services.at(-1)?.name) };
  }

  mcpServers({ families, after = "", limit }: PageQuery): McpServers {
    const rows = this.#page(families, after, limit, "record ->> 'mcp_url' IS NOT NULL");
    const servers = rows.slice(0, limit).flatMap((row) => {
      const { name, description, version, mcp_url } = kept(row).record;
      const remotes = mcp_url === undefined ? [] : [{ type: "streamable-http" as const, url: mcp_url }];
      return [{ server: { name, description, version, remotes } }];
    });
    const last = servers.at(-1)?.server.name;
    return {
      servers,
      metadata: { count: servers.length, ...(rows.length > limit && last !== undefined && { nextCursor: last }) },
    };
  }

  dependants(name: string): string[] {
    const query = "SELECT service FROM dependencies WHERE kind = 'service' AND name = ? ORDER BY service";
    return this.#query<{ service: string }>(query, name).map(({ service }) => service);
  }

  #page(families: Families, after: string, limit: number, where: string): ServiceRow[] {
    return this.#query<ServiceRow>(
      `SELECT * FROM services WHERE name > ? AND ${visible} AND ${where} ORDER BY name LIMIT ?`,
      after,
      ...familyBindings(families),
      limit + 1,
    );
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

const columns = "name, id, source, checked_at, latency, record, heard_at, certificate_until";
const visible = "(? OR family IN (SELECT value FROM json_each(?)))";
const shownHealth = "CASE WHEN ? AND health <> 'excluded' THEN 'unknown' ELSE health END";

function familyBindings(families: Families): [all: number, list: string] {
  return families === "all" ? [1, "[]"] : [0, JSON.stringify(families)];
}

/** One row more than the page was asked for: there is another page. */
function next(more: boolean, last: string | undefined): { next?: string } {
  return more && last !== undefined ? { next: last } : {};
}

export function entryOf(
  { id, source, record, health, checkedAt, latency }: KeptService,
  maintenance: (service: { name: string; family: string }) => boolean,
): RegistryEntry {
  const { name, uri, subtype, description, family, tier, owner, version, endpoints, chitty_id, parent_chitty_id } =
    record;
  return {
    id,
    name,
    source,
    ...(chitty_id !== undefined && { chitty_id }),
    ...(parent_chitty_id !== undefined && { parent_chitty_id }),
    uri,
    entity_type: "service",
    subtype,
    description,
    family,
    tier,
    owner,
    version,
    endpoints,
    health,
    ...(checkedAt !== undefined && { last_health_check: new Date(checkedAt).toISOString() }),
    ...(latency !== undefined && { latency }),
    maintenance: maintenance({ name, family }),
    status: "active",
  };
}
