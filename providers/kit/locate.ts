import type { Current } from "./definition.ts";
import { ProviderError } from "./errors.ts";
import { importSlots, parseImportId } from "./import-id.ts";
import type { Recorded } from "./recorded.ts";
import { toJsonMap, type ValueMap } from "./value.ts";

/** What the engine knows before a read. Inputs are absent on an import. */
export interface BeforeRead {
  readonly state: ValueMap;
  readonly inputs?: ValueMap | undefined;
}

/**
 * The resource to read: as the state has it, or, where the state does not say whose it is, by its import id.
 * @throws ProviderError for an import id of another form, and for a type that cannot be imported.
 */
export function locate(type: string, templates: readonly string[], id: string, olds: BeforeRead): Current {
  const state = toJsonMap(olds.state);
  const inputs = toJsonMap(olds.inputs ?? {});
  const isKnown = (slot: string) => slot === "id" || state[slot] !== undefined;
  if (olds.inputs !== undefined || templates.some((template) => importSlots(template).every(isKnown))) {
    return { id, state, inputs };
  }
  if (templates.length === 0) {
    throw new ProviderError(`A resource of type ${type} cannot be imported: its API gives it no id of its own.`);
  }
  const { id: ownId, ...parents } = parseImportId(id, templates);
  return { id: ownId ?? id, state: { ...parents, ...state }, inputs };
}

/** A resource that lives in the state alone is what the state says. */
export function recall(type: string, id: string, olds: BeforeRead): Recorded {
  if (olds.inputs !== undefined) return { id, outputs: olds.state, inputs: olds.inputs };
  throw new ProviderError(`A resource of type ${type} cannot be imported: nothing outside the state knows of it.`);
}
