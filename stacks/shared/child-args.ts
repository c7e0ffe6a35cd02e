import type { ResolvedChild } from "../../catalog/index.ts";
import type { FamilyPlace } from "../../components/family-place.ts";
import type { LiteChildArgs } from "../../components/lite-child.ts";

/** The inputs of an app that the catalog declares. */
export function childArgs(
  app: ResolvedChild<"cook-county"> | ResolvedChild<"chitty-apps">,
  { environment }: FamilyPlace,
  state: LiteChildArgs["state"],
): LiteChildArgs {
  const { id, title, family, dataClass, owner, hostname, labels, createdAt, expiresAt, quota } = app;
  return {
    child: id,
    tenant: id,
    app: id,
    title,
    family,
    environment: environment.name,
    dataClass,
    owner,
    hostname,
    labels,
    createdAt,
    expiresAt,
    state,
    quota,
  };
}
