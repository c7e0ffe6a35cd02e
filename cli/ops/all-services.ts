import { type RegistryEntry, registryPage } from "../../contracts/ops-registry.ts";
import { allPages } from "./all-pages.ts";
import type { Plane } from "./plane-client.ts";

const pageSize = 500;

export interface ServiceFilter {
  family?: string | undefined;
  health?: string | undefined;
  /** Words that have to be somewhere in it. */
  words?: string | undefined;
}

/** Every service of the registry that fits, page by page. */
export function allServices(plane: Plane, { family, health, words }: ServiceFilter = {}): Promise<RegistryEntry[]> {
  const path = `/api/v1/${words === undefined ? "services" : "search"}`;
  return allPages(plane, path, { limit: pageSize, family, health, q: words }, registryPage, ({ services }) => services);
}
