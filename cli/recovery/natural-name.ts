import type Cloudflare from "cloudflare";
import type { Clouds } from "../cloud/clouds.ts";

/** Inputs of a resource as the engine's state has them (camelCase). A secret one is an object with ciphertext; natural names never are. */
export type Inputs = Readonly<Record<string, unknown>>;

/** Something in the cloud that goes by the natural name of a resource. */
export interface Found {
  /** The id the state has for such a resource. */
  id: string;
  /** Output properties besides the inputs that a read needs. */
  outputs?: Record<string, unknown>;
  /** Milliseconds since the epoch, where the API tells. */
  createdAt?: number;
}

/** How a resource that was created by a POST is found again in the cloud when the answer got lost. */
export interface NaturalName {
  /** e.g. `KV namespace finance-cache`. */
  label(inputs: Inputs): string;
  /** The cloud refuses a second one with the same name. */
  unique: boolean;
  /** What is found cannot be taken over (its secret is shown only once): it is removed and made again. */
  recreate: boolean;
  find(clouds: Clouds, inputs: Inputs): Promise<Found[]>;
  remove?(clouds: Clouds, inputs: Inputs, id: string): Promise<unknown>;
}

interface Definition<Item> {
  kind: string;
  name: (inputs: Inputs) => string;
  unique?: boolean;
  recreate?: boolean;
  list: (cloud: Cloudflare, inputs: Inputs) => AsyncIterable<Item> | Promise<Iterable<Item>>;
  is: (item: Item, inputs: Inputs) => boolean;
  id: (item: Item) => string | number | null | undefined;
  createdAt?: (item: Item) => string | null | undefined;
  outputs?: (item: Item) => Record<string, unknown>;
  remove?: (cloud: Cloudflare, inputs: Inputs, id: string) => Promise<unknown>;
}

/** A natural name at Cloudflare that is looked up in the list of everything of its kind. */
export function naturalName<Item>(definition: Definition<Item>): NaturalName {
  const { remove } = definition;
  return {
    label: (inputs) => `${definition.kind} ${definition.name(inputs)}`,
    unique: definition.unique ?? true,
    recreate: definition.recreate ?? false,
    async find({ cloudflare }, inputs) {
      const found: Found[] = [];
      for await (const item of await definition.list(cloudflare, inputs)) {
        const id = definition.id(item);
        if (id === undefined || id === null || !definition.is(item, inputs)) continue;
        const created = definition.createdAt?.(item);
        const outputs = definition.outputs?.(item);
        found.push({
          id: String(id),
          ...(created ? { createdAt: Date.parse(created) } : {}),
          ...(outputs ? { outputs } : {}),
        });
      }
      return found;
    },
    ...(remove
      ? { remove: ({ cloudflare }: Clouds, inputs: Inputs, id: string) => remove(cloudflare, inputs, id) }
      : {}),
  };
}

/** A text input, or the empty string where it is absent or secret. */
export function text(inputs: Inputs, name: string): string {
  const value = inputs[name];
  return typeof value === "string" ? value : "";
}

export const account = (inputs: Inputs) => ({ account_id: text(inputs, "accountId") });
export const zone = (inputs: Inputs) => ({ zone_id: text(inputs, "zoneId") });

/** Resources that live in an account or in a zone, whichever they name. */
export function accountOrZone(inputs: Inputs): { account_id: string } | { zone_id: string } {
  return text(inputs, "zoneId") ? zone(inputs) : account(inputs);
}

/** What `list` gives, or nothing where the thing it belongs to does not exist. */
export async function* unlessMissing<Item>(list: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* list;
  } catch (error) {
    if (!(error instanceof Error && "status" in error && error.status === 404)) throw error;
  }
}
