import type { Kind } from "../kind.ts";
import { commentKind, defaultPrivilegesKind, grantKind } from "./attached.ts";
import { functionKind, materializedViewKind, viewKind } from "./code.ts";
import { columnKind, defaultKind } from "./columns.ts";
import { extensionKind, schemaKind } from "./containers.ts";
import { constraintKind, indexKind, policyKind, triggerKind } from "./on-tables.ts";
import { otherKind } from "./other.ts";
import { ownershipKind, sequenceKind } from "./sequences.ts";
import { tableKind } from "./tables.ts";
import { compositeKind, domainKind, enumKind } from "./types.ts";

/** In the order in which equal things are made. */
export const kinds: readonly Kind[] = [
  ...[schemaKind, extensionKind, enumKind, domainKind, compositeKind, sequenceKind, functionKind],
  ...[tableKind, columnKind, defaultKind, ownershipKind, viewKind, materializedViewKind],
  ...[constraintKind, indexKind, triggerKind, policyKind, commentKind, grantKind, defaultPrivilegesKind, otherKind],
];

const byName = new Map(kinds.map((kind) => [kind.kind, kind]));

export function kindOf({ kind }: { kind: string }): Kind {
  const known = byName.get(kind);
  if (!known) throw new Error(`No kind of schema object is called "${kind}".`);
  return known;
}
