import * as pulumi from "@pulumi/pulumi";
import { type CoreOutputs, CoreOutputsError, coreOutputsVersion, parseCoreOutputs } from "../contracts/core-outputs.ts";

/** Core's contract as a program reads it: what is public, and the key apart. */
export interface CoreReference {
  /** The stack that published it, e.g. `chittyops-contract/prod-cook-county`. */
  stack: string;
  outputs: Omit<CoreOutputs, "enrolmentKey">;
  /** Secret. */
  enrolmentKey: pulumi.Output<string>;
}

/** Stands around the stack reference, so that a policy can tell a read of the contract from any other: it does not see reads themselves. */
class CoreReader extends pulumi.ComponentResource {
  constructor(name: string, args: { environment: string; family: string }) {
    super("chittyops:index:CoreOutputs", name, { ...args, tenant: "shared" });
    this.registerOutputs();
  }
}

/**
 * The contract that core publishes for a family, validated. Core's own family reads core's stack; any other one reads the contract
 * stack made for it, which holds only what that family may know: a stack reference opens all secrets of the stack it names.
 * It is read before anything is made, so that a program may build on it as on its configuration.
 *
 * @param environment `local`, `dev` or `prod`
 * @throws CoreOutputsError when there is no such stack, it has no contract, a broken one or a newer one.
 */
export async function coreOutputs(environment: string, family: string): Promise<CoreReference> {
  const stack = family === "chittyos" ? `chittyops/${environment}` : `chittyops-contract/${environment}-${family}`;
  const producer = `organization/${stack}`;
  if (process.env.CHITTYOPS_OFFLINE === "1") return offlineReference(stack, environment, family);
  const reader = new CoreReader(producer, { environment, family });
  const published = await read(producer, environment, reader);
  const { enrolmentKey, ...outputs } = parseCoreOutputs(published, producer);
  return { stack, outputs, enrolmentKey: pulumi.secret(enrolmentKey) };
}

/** What a preview without credentials, which can read no stack, shows in place of the contract. */
function offlineReference(stack: string, environment: string, family: string): CoreReference {
  const dummyId = "0".repeat(32);
  return {
    stack,
    outputs: {
      version: coreOutputsVersion,
      environment,
      family,
      accountId: dummyId,
      zone: { id: dummyId, domain: "offline-preview.invalid" },
      keyEpoch: 1,
      configVersion: "offline preview",
      services: {},
      accessAudience: "offline preview",
    },
    enrolmentKey: pulumi.secret("offline preview: core's enrolment key is not known"),
  };
}

async function read(producer: string, environment: string, parent: pulumi.Resource): Promise<unknown> {
  const { outputs } = new pulumi.StackReference(producer, {}, { parent });
  // Of a stack that cannot be read the engine says why, and gives no outputs. The SDK's own readers fail on that with a stack trace.
  const read = await (outputs as unknown as { promise(): Promise<Record<string, unknown> | undefined> }).promise();
  if (read !== undefined) return read.core;
  throw new CoreOutputsError(
    `Stack ${producer} cannot be read. Expected: core's contract for this family, which is published after core. Remedy: npx chittyops up -e ${environment}, then the same command again.`,
  );
}
