import type { Node, RangeVar } from "libpg-query";

/** The one spelling of a name in this linter: `public.ledger` is `ledger`, others are `schema.name`. */
export function canonicalName(parts: readonly string[], schema = "public"): string {
  const [outer = "", inner] = parts.slice(-2);
  const [inSchema, name] = inner === undefined ? [schema, outer] : [outer, inner];
  return inSchema === "public" ? name : `${inSchema}.${name}`;
}

export function relationName(relation: RangeVar | undefined, schema: string): string {
  return canonicalName([...(relation?.schemaname ? [relation.schemaname] : []), relation?.relname ?? ""], schema);
}

/** The name as it can be written in SQL. */
export function sqlName(relation: RangeVar | undefined): string {
  return [relation?.schemaname, relation?.relname]
    .filter((part) => part !== undefined)
    .map(quoted)
    .join(".");
}

export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The texts of a list of names, e.g. the parts of `finance.ledger`. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
}
