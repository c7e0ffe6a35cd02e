import { outcomeOf } from "../../../problem/problem.ts";
import type { DirectoryKeeper } from "../directory-keeper.ts";
import type { DirectoryObject } from "../directory-object.ts";

/** A directory in this process, as the rest of the plane knows it. */
export function directoryObjectOf(keeper: DirectoryKeeper): DirectoryObject {
  const { view, entries } = keeper;
  return {
    round: (at) => keeper.round(at),
    summary: async (families) => view.summary(families),
    list: async (query) => view.list(query),
    get: async (name, families) => view.get(name, families),
    days: async (names) => view.days(names),
    latency: async (name) => view.latency(name),
    check: (name) => outcomeOf(() => keeper.check(name)),
    tools: async (query) => entries.tools(query),
    stats: async (families) => view.stats(families),
    categories: async (families) => entries.categories(families),
    manifest: async (query) => entries.manifest(query, "local"),
    mcpServers: async (query) => entries.mcpServers(query),
    setCertificates: async (certificates) => keeper.setCertificates(certificates),
    challenge: (name, endpoint) => outcomeOf(() => keeper.challenge(name, endpoint)),
    register: (registration) => outcomeOf(() => keeper.register(registration)),
    heartbeat: (id, token, heartbeat) => outcomeOf(() => keeper.heartbeat(id, token, heartbeat)),
    registered: async (id) => keeper.registered(id),
    deregister: (id) => keeper.deregister(id),
    planMaintenance: (window, by) => outcomeOf(() => keeper.planMaintenance(window, by)),
    maintenance: async (families, after, limit) => keeper.maintenance(families, after, limit),
    maintenanceWindow: async (id) => keeper.maintenanceWindow(id),
    endMaintenance: async (id) => keeper.endMaintenance(id),
  };
}
