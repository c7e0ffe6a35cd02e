import { resourceName } from "../../engine/urn.ts";
import type { StateResource } from "../../recovery/deployment.ts";

/** Name of the component that made a resource, the outermost one: of a service, an app, a tenant, or the plane (`chittyops`). */
export function ownerOf(resource: StateResource, resources: readonly StateResource[]): string | undefined {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  let owner: string | undefined;
  for (let at = byUrn.get(resource.parent ?? ""); at !== undefined; at = byUrn.get(at.parent ?? "")) {
    if (at.type.startsWith("chittyops:")) owner = resourceName(at.urn);
  }
  return owner;
}
