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
  parent: z.string().optional(),
  created: z.string().optional(),
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
 * Secrets that the engine's event log hid are left out: they cannot be stored, and the next update sends them. Where the state still holds a resource of the same URN, this one replaces it: the old one is left to be deleted.
 */
export function adopt(state: Deployment, resource: StateResource, found: Found): Deployment {
  const inputs = resource.inputs && withoutHidden(resource.inputs);
  const adopted: StateResource = {
    ...resource,
    ...(inputs ? { inputs } : {}),
    custom: true,
    id: found.id,
    outputs: { ...inputs, ...found.outputs },
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

/** What a record holds without the secrets that the engine's event log shows as `[secret]` only. */
function withoutHidden(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      if (!isRecord(value)) return [[key, value]];
      return value.ciphertext === "[secret]" ? [] : [[key, withoutHidden(value)]];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
