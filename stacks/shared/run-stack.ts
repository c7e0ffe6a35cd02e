import * as pulumi from "@pulumi/pulumi";
import { CatalogError } from "../../catalog/index.ts";
import { prepareProgram } from "../../components/prepare-program.ts";
import { CoreOutputsError } from "../../contracts/core-outputs.ts";

/**
 * Runs the program of a stack, which gets the stack's name and returns what it exports. A mistake in the catalog, in the configuration or
 * in what another stack published is the user's, who needs the message and no stack trace.
 */
export async function runStack(
  program: (stack: string) => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  prepareProgram();
  try {
    return await program(pulumi.getStack());
  } catch (error) {
    if (
      error instanceof CatalogError ||
      error instanceof CoreOutputsError ||
      pulumi.InputPropertiesError.isInstance(error)
    ) {
      throw new pulumi.RunError(error.message);
    }
    throw error;
  }
}
