/** The name a resource has in the program, e.g. `chittyfinance-script`. */
export function resourceName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The type of a resource without its module: `cloudflare:index/workersKvNamespace:WorkersKvNamespace` is `WorkersKvNamespace`. */
export function shortType(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}
