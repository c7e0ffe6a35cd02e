import type { Problem } from "./check.ts";
import type { Change } from "./diff.ts";
import type { Path } from "./path.ts";
import type { Shape } from "./shape.ts";
import type { JsonMap, ValueMap } from "./value.ts";

/** What every operation is given besides its values. */
export interface Operation<Client> {
  /** Whatever the provider's `configure` made: an API client, or nothing. */
  readonly client: Client;
  /** Aborted when the engine cancels; long work must end then. */
  readonly signal: AbortSignal;
  /** Shows one line at the resource while it is worked on. Secrets are redacted. */
  readonly log: (message: string) => void;
}

/** A resource as it is known now. `state` holds outputs, `inputs` what the program last set; both empty on import, but for the id's parts. */
export interface Current {
  readonly id: string;
  readonly state: JsonMap;
  readonly inputs: JsonMap;
}

/** What a write or a read found. Outputs need only hold what the API said: inputs are added by the kit. */
export interface Found {
  readonly id: string;
  readonly outputs: JsonMap;
}

/** One resource type, free of transport. Without `update`, every change replaces. */
export interface ResourceDefinition<Client> {
  readonly shape: Shape;
  /** Inputs that must be unique in the cloud: a replacement that keeps them all deletes first. */
  readonly uniqueBy?: readonly string[];
  /** `{slot}` templates of the ids that `pulumi import` takes; slot `id` is the resource's own. */
  readonly importIds?: readonly string[];
  /** Outputs that follow from any secret input, and so are secret with it. */
  readonly derived?: readonly string[];
  /** Finds what the shape cannot say. Inputs are revealed, may hold unknowns, and may not even fit the shape. */
  readonly check?: (inputs: ValueMap) => Problem[] | Promise<Problem[]>;
  /** Inputs whose meaning changed although they did not, such as a folder with other files in it now. */
  readonly stale?: (state: JsonMap, inputs: ValueMap, signal: AbortSignal) => Promise<Path[]>;
  /** In a preview of a create or an update: shows by `log` what would be done, or throws and so fails the preview. Inputs may hold unknowns. */
  readonly plan?: (inputs: ValueMap, operation: Operation<Client>) => Promise<void>;
  /**
   * Has the last word on the changes to a resource: it may tell that one does not replace it, or throw a `ProviderError` where they must
   * not be made, so that already the preview fails.
   */
  readonly review?: (changes: readonly Change[], olds: Pick<Current, "state" | "inputs">, news: ValueMap) => Change[];
  /** Outputs that a preview of a create can already tell. */
  readonly preview?: (inputs: ValueMap) => ValueMap;
  readonly create: (inputs: JsonMap, operation: Operation<Client>) => Promise<Found>;
  /** `undefined` when the resource is gone. */
  readonly read?: (current: Current, operation: Operation<Client>) => Promise<Found | undefined>;
  readonly update?: (inputs: JsonMap, current: Current, operation: Operation<Client>) => Promise<JsonMap>;
  readonly delete?: (current: Current, operation: Operation<Client>) => Promise<void>;
}

/** A function that a program calls (`pulumi.runtime.invoke`). */
export interface FunctionDefinition<Client> {
  readonly inputs: Shape;
  readonly check?: (args: ValueMap) => Problem[];
  /** Outputs that are secret when any argument is. */
  readonly derived?: readonly string[];
  readonly invoke: (args: JsonMap, operation: Operation<Client>) => Promise<JsonMap>;
}

export interface ProviderDefinition<Client> {
  readonly name: string;
  readonly version: string;
  /** Whether this stands in for an official plugin, which serves more types. */
  readonly standIn?: boolean;
  /** The provider resource's own arguments. */
  readonly config: Shape;
  readonly checkConfig?: (config: ValueMap) => Problem[];
  /** Called with revealed configuration, which in a preview may hold unknowns. Must not reach out. */
  readonly configure: (config: ValueMap) => Client;
  readonly resources: Readonly<Record<string, ResourceDefinition<Client>>>;
  readonly functions?: Readonly<Record<string, FunctionDefinition<Client>>>;
}
