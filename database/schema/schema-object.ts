/** One thing in a schema: a table, one of its columns, a grant on it, a comment. */
export interface SchemaObject<D = Readonly<Record<string, unknown>>> {
  /** e.g. `table`, `column`, `grant`. */
  kind: string;
  /** As SQL writes it, with its schema: `public.ledger`, `public.ledger.amount`, `by_owner on public.ledger`. */
  name: string;
  /** Ids of the objects that must exist before this one. */
  needs: string[];
  /** What else there is to say of it; depends on the kind. */
  data: D;
}

/** A whole schema. Ids are `kind name`, sorted, but for the columns of a table, which keep the table's order. */
export interface SchemaDescription {
  objects: Record<string, SchemaObject>;
}

export function idOf({ kind, name }: Pick<SchemaObject, "kind" | "name">): string {
  return `${kind} ${name}`;
}

/** The ids that a thing with columns may have, given its name. */
export function relationIds(name: unknown): string[] {
  return typeof name === "string" ? [`table ${name}`, `view ${name}`, `materialized view ${name}`] : [];
}
