/** How records of one kind are filed: `id` is unique within `scope` (an account, a zone, a script …), and so is `name` where there is one. */
export interface Collection<R extends object> {
  kind: string;
  scope(record: R): string;
  id(record: R): string;
  /** What the API demands to be unique within the scope, e.g. the title of a KV namespace. */
  name?(record: R): string;
}

/** Declares a collection; the record type is inferred from the functions. */
export function collection<R extends object>(definition: Collection<R>): Collection<R> {
  return definition;
}
