import type { DataClass } from "../catalog/index.ts";

/** What policies ask of a component: whose it is, and what it holds. A component within another one need not say it again. */
export interface Labels {
  /** Id of the tenant it belongs to, or `shared`. */
  tenant: string;
  /** What it is a part of, e.g. `chittyfinance`. */
  app: string;
  /** `local`, `dev` or `prod`. */
  environment: string;
  /** The class of the data in it that needs most care. */
  dataClass: DataClass;
}
