import { z } from "zod";
import type { Found } from "./natural-name.ts";

/** A resource in the engine's state; only what recovery looks at is named, the rest is kept as it is. */
const stateResource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  /** Replaced, and still to be deleted. */
  delete: z.boolean().optional(),
  modified: z.string().optional(),
});
export type StateResource = z.infer<typeof stateResource>;

const pendingOperation = z.object({
  type: z.enum(["creating", "updating", "deleting", "reading", "importing"]),
  resource: stateResource,
});

/** `pulumi stack export`'s `deployment`, and a checkpoint's `latest`. */
export const deployment = z.looseObject({
  resources: z.array(stateResource).nullish(),
  pending_operations: z.array(pendingOperation).nullish(),
});
export type Deployment = z.infer<typeof deployment>;

/** `pulumi stack export`. */
export const exportedState = z.looseObject({ version: z.number(), deployment });
export type ExportedState = z.infer<typeof exportedState>;

/** Whether a resource of this type with this id is in the state already. */
export function isInState(state: Deployment, type: string, found: Found): boolean {
  return (state.resources ?? []).some(
    (resource) =>
      resource.type === type &&
      (resource.id === found.id ||
        (found.outputs?.consumerId !== undefined && resource.outputs?.consumerId === found.outputs.consumerId)),
  );
}

/**
 * Takes a thing found in the cloud into the state as the resource it was to become. Its outputs are its inputs until a refresh reads them.
 * Where the state still holds a resource of the same URN, this one replaces it: the old one is left to be deleted.
 */
export function adopt(state: Deployment, resource: StateResource, found: Found): Deployment {
  const adopted: StateResource = {
    ...resource,
    custom: true,
    id: found.id,
    outputs: { ...resource.inputs, ...found.outputs },
  };
  const resources = [...(state.resources ?? [])];
  const index = resources.findIndex((existing) => existing.urn === resource.urn && existing.delete !== true);
  const existing = resources[index];
  if (!existing) return { ...state, resources: [...resources, adopted] };
  resources.splice(index, 1, adopted);
  // One that was deleted before its replacement is gone already.
  if (existing.pendingReplacement !== true) resources.push({ ...existing, delete: true });
  return { ...state, resources };
}
