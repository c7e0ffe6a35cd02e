import * as pulumi from "@pulumi/pulumi";
import { CatalogError } from "../../catalog/index.ts";
import { prepareProgram } from "../../components/prepare-program.ts";
import { core } from "./core.ts";

/** The core stack: everything that ChittyOS itself runs in one environment. Its name is the environment's. */
export default async function program(): Promise<Record<string, unknown>> {
  prepareProgram();
  try {
    return await core(pulumi.getStack());
  } catch (error) {
    // A mistake in the catalog or the configuration is the user's, who needs the message and no stack trace.
    if (error instanceof CatalogError || pulumi.InputPropertiesError.isInstance(error)) {
      throw new pulumi.RunError(error.message);
    }
    throw error;
  }
}
