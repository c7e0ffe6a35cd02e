import type { DesiredState } from "../types.ts";

/** What answers a URL: a script, nothing on purpose (a route that switches Workers off), or nothing known. */
export type Match = { scriptKey: string } | { off: true } | { zone: string } | undefined;

export type Routing = (host: string, path: string) => Match;

interface Route {
  host: string;
  hostWildcard: boolean;
  path: string;
  pathWildcard: boolean;
  match: Match;
}

/**
 * Routes by host and path as Cloudflare does: the most specific route pattern wins (host before path, exact before wildcard, longer before
 * shorter); then custom domains; then the subdomain of `workers.dev`.
 * https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior
 */
export function createRouting(state: DesiredState): Routing {
  const routes = state.routes
    .map(({ pattern, scriptKey }) => ({
      ...parsePattern(pattern),
      match: scriptKey === undefined ? { off: true as const } : { scriptKey },
    }))
    .sort(bySpecificity);
  const exact = Map.groupBy(
    routes.filter(({ hostWildcard }) => !hostWildcard),
    ({ host }) => host,
  );
  const wildcard = routes.filter(({ hostWildcard }) => hostWildcard);
  const hosts = new Map<string, Match>();
  for (const { key, subdomainHosts } of state.scripts)
    for (const host of subdomainHosts) hosts.set(host, { scriptKey: key });
  for (const { hostname, scriptKey } of state.domains) hosts.set(hostname.toLowerCase(), { scriptKey });
  const zones = [...new Set(state.routes.map(({ zoneName }) => zoneName))];

  return (host, path) =>
    exact.get(host)?.find((route) => matchesPath(route, path))?.match ??
    wildcard.find((route) => host.endsWith(route.host) && matchesPath(route, path))?.match ??
    hosts.get(host) ??
    zones.filter((zone) => host === zone || host.endsWith(`.${zone}`)).map((zone) => ({ zone }))[0];
}

/** `[scheme://][*]host[/path[*]]`; a pattern without a path stands for `/`. */
function parsePattern(pattern: string): Omit<Route, "match"> {
  const bare = pattern.replace(/^[a-z*]+:\/\//i, "");
  const slash = bare.indexOf("/");
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
  const path = slash < 0 ? "/" : bare.slice(slash);
  const hostWildcard = host.startsWith("*");
  const pathWildcard = path.endsWith("*");
  return {
    host: hostWildcard ? host.slice(1) : host,
    hostWildcard,
    path: pathWildcard ? path.slice(0, -1) : path,
    pathWildcard,
  };
}

function matchesPath(route: Route, path: string): boolean {
  return route.pathWildcard ? path.startsWith(route.path) : path === route.path;
}

function bySpecificity(a: Route, b: Route): number {
  return (
    Number(a.hostWildcard) - Number(b.hostWildcard) ||
    b.host.length - a.host.length ||
    Number(a.pathWildcard) - Number(b.pathWildcard) ||
    b.path.length - a.path.length
  );
}
