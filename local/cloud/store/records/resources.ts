import { type Collection, collection } from "../collection.ts";

/** An object that the embedded cloud keeps as the API shows it, and knows nothing more about. */
export interface ResourceRecord {
  /** Account or zone, or what else it belongs to. */
  scope: string;
  id: string;
  /** What must be unique within the scope, if anything. */
  name?: string | undefined;
  body: Record<string, unknown>;
  /** Members that the API takes and never shows. */
  secrets?: Record<string, unknown> | undefined;
}

/** A collection of such objects. */
export function resources(kind: string): Collection<ResourceRecord> {
  return collection<ResourceRecord>({
    kind,
    scope: (record) => record.scope,
    id: (record) => record.id,
    name: (record) => record.name ?? `id:${record.id}`,
  });
}
