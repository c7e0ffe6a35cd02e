import type { JsonMap } from "../../kit/value.ts";
import type { TypeName } from "../shapes.ts";

/** What an example may refer to: ids of the account and the zone, outputs of resources made before it, and a code file. */
export interface Surroundings {
  readonly accountId: string;
  readonly zoneId: string;
  readonly zoneName: string;
  readonly codeFile: string;
  readonly code: string;
  readonly made: (type: TypeName) => JsonMap & { readonly resourceId: string };
}

export interface Example {
  readonly type: TypeName;
  readonly inputs: (around: Surroundings) => JsonMap;
  /** A change that is made in place; none where every change replaces. */
  readonly change?: (inputs: JsonMap) => JsonMap;
  /** The import id; none where the official plugin cannot import. */
  readonly importId?: (around: Surroundings, made: JsonMap & { resourceId: string }) => string;
  /** Inputs that an import cannot find out. */
  readonly unimportable?: readonly string[];
}

type Identified = JsonMap & { resourceId: string };

/** Import ids in the common forms. */
export const ofAccount = ({ accountId }: Surroundings, { resourceId }: Identified) => `${accountId}/${resourceId}`;
export const ofZone = ({ zoneId }: Surroundings, { resourceId }: Identified) => `${zoneId}/${resourceId}`;
export const scoped = ({ accountId }: Surroundings, { resourceId }: Identified) =>
  `accounts/${accountId}/${resourceId}`;
