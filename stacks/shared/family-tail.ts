import type * as pulumi from "@pulumi/pulumi";
import type { DataClass } from "../../catalog/index.ts";
import type { FamilyPlace } from "../../components/family-place.ts";
import { TailForwarder } from "../../components/tail-forwarder.ts";

/** Where the logs of all apps of a family's own stack go. `dataClass`: the most sensitive of theirs. */
export function familyTail(
  place: FamilyPlace,
  dataClass: DataClass,
  opts: pulumi.ComponentResourceOptions,
): TailForwarder {
  const { environment, family } = place;
  const args = { tenant: "shared", app: "tail", environment: environment.name, family, dataClass };
  return new TailForwarder("tail", args, place, opts);
}
