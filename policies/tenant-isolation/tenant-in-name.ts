/** The tenant whose id a name carries between delimiters; the longest one, so that `acme2` and `acme-2` are not `acme`. */
export function tenantInName(name: string, tenants: ReadonlySet<string>): string | undefined {
  const spaced = `-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}-`;
  return [...tenants].filter((id) => spaced.includes(`-${id}-`)).sort((a, b) => b.length - a.length)[0];
}
