import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { prepareProgram } from "../../components/prepare-program.ts";
import { makeProviders, type ProviderConfig, type ProviderKind, type Providers } from "./providers.ts";

const sendingMilliseconds = 20;

type Outputs = Record<string, unknown>;

/** A stack: what its configuration says, what it makes things with, and what it makes. */
export interface StackProgram<Config extends ProviderConfig, Kind extends ProviderKind> {
  /** Reads and checks the configuration. @throws pulumi.InputPropertiesError with every problem */
  config(): Config;
  /** A plugin is started for each. */
  providers: readonly Kind[];
  /** Loads what makes the stack, given its name, and returns what it exports. */
  load(): Promise<(stack: string, config: Config, providers: Providers<Kind>) => Promise<Outputs>>;
}

/**
 * Runs the program of a stack. The engine starts the plugins while the rest of the program is loaded. A mistake in the catalog, in the
 * configuration or in what another stack published is the user's, who needs the message and no stack trace.
 */
export async function runStack<Config extends ProviderConfig, Kind extends ProviderKind>(
  program: StackProgram<Config, Kind>,
): Promise<Outputs> {
  prepareProgram();
  try {
    const config = program.config();
    const providers = makeProviders(program.providers, config);
    // What is registered is sent in turns of the event loop, of which loading leaves none.
    await setTimeout(sendingMilliseconds);
    const make = await program.load();
    return await make(pulumi.getStack(), config, providers);
  } catch (error) {
    const { CatalogError } = await import("../../catalog/index.ts");
    const { CoreOutputsError } = await import("../../contracts/core-outputs.ts");
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
