import type { SchemaObject } from "./schema-object.ts";

/** What a kind's query gives for each object; `search_path` is empty, so that Postgres prints every name with its schema. */
export interface CatalogRow<D> {
  /** Catalog addresses, `catalog/oid/column`, by which pg_depend may mean the object; the first is its own. */
  keys: string[];
  name: string;
  data: D;
}

/** How one kind of object is read and changed. */
export interface Kind<D = Readonly<Record<string, unknown>>> {
  kind: string;
  /** Gives the columns of `CatalogRow`. `our(oid)` in it stands for "this schema is neither the system's nor our bookkeeping". */
  query: string;
  create(object: SchemaObject<D>): string[];
  drop(object: SchemaObject<D>): string[];
  /** Statements, or `recreate`: drop it and make it again; or why that cannot be planned. */
  alter(from: SchemaObject<D>, to: SchemaObject<D>): string[] | "recreate" | { unsupported: string };
  /** Whether dropping it loses what cannot be made again from elsewhere; if so it is never recreated because of another. */
  holdsData?(object: SchemaObject<D>): boolean;
  /** Whether changing it loses data. */
  changeLoses?(from: SchemaObject<D>, to: SchemaObject<D>): boolean;
  /** Which dependents are in the way of a change in place and must be made again. */
  detaches?(from: SchemaObject<D>, to: SchemaObject<D>): "all" | "readers" | undefined;
  /** Dropped only when everything else is done, since what used it is altered before. */
  dropsLate?: boolean;
  /** In words, what differs. */
  words?(from: SchemaObject<D>, to: SchemaObject<D>): string;
}

/** Forgets the data's type: the planner hands each kind only its own objects. */
export function defineKind<D>(kind: Kind<D>): Kind {
  return kind as unknown as Kind;
}
