/** One property of a resource: its type and how changes of it behave. */
export interface Field {
  readonly type: "string" | "number" | "boolean" | "object" | "list" | "map" | "any";
  /** Members of an object. */
  readonly fields?: Shape;
  /** What a list or map holds. */
  readonly items?: Field;
  readonly required?: boolean;
  /** Set by the provider alone: an output that is no input. */
  readonly output?: boolean;
  /** An output that an update leaves as it is, so that a preview may show it. */
  readonly stable?: boolean;
  readonly secret?: boolean;
  /** A change replaces the resource. */
  readonly replace?: boolean;
  /** The name in the backing API, where a provider maps names. */
  readonly wire?: string;
}

export type Shape = Readonly<Record<string, Field>>;
