import type { ValueMap } from "./value.ts";

/** A resource as the engine gets it: values carry their secrets. */
export interface Recorded {
  readonly id: string;
  readonly outputs: ValueMap;
  readonly inputs: ValueMap;
}
