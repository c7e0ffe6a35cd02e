import type { Rule } from "../../kit/define-rule.ts";
import { aliasesKeepOwner } from "./aliases-keep-owner.ts";
import { boundedUse } from "./bounded-use.ts";
import { edgesStay } from "./edges-stay.ts";
import { hyperdriveOrigin } from "./hyperdrive-origin.ts";
import { literalIds } from "./literal-ids.ts";
import { noCallsAcross } from "./no-calls-across.ts";
import { noInheritedBinding } from "./no-inherited-binding.ts";
import { noSharedSecret } from "./no-shared-secret.ts";
import { oneDatabaseOwner } from "./one-database-owner.ts";
import { oneHostnameOwner } from "./one-hostname-owner.ts";
import { oneOwner } from "./one-owner.ts";
import { ownLogs } from "./own-logs.ts";
import { tokenScope } from "./token-scope.ts";
import { wrappedReferences } from "./wrapped-references.ts";

/** The tenant invariants, in the order of the catalogue of rules. */
export const tenantRules: readonly Rule[] = [
  oneOwner,
  edgesStay,
  literalIds,
  oneDatabaseOwner,
  hyperdriveOrigin,
  noSharedSecret,
  noCallsAcross,
  noInheritedBinding,
  tokenScope,
  ownLogs,
  oneHostnameOwner,
  boundedUse,
  wrappedReferences,
  aliasesKeepOwner,
];
