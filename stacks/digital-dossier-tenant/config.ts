import { z } from "zod";
import { tenant } from "../../catalog/index.ts";
import { familyFields } from "../shared/family-config.ts";
import { type Config, placeFields, readConfig } from "../shared/read-config.ts";

const fields = {
  ...familyFields,
  /** The tenant's record. */
  tenant,
  /** What is deployed of the tenant's app, for `chittyops fleet`. */
  release: z.looseObject({}),
};

export type TenantConfig = Config<typeof placeFields & typeof fields>;

/** @throws pulumi.InputPropertiesError with every problem. */
export const tenantConfig = (): TenantConfig => readConfig(placeFields, fields);
