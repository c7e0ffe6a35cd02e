import * as pulumi from "@pulumi/pulumi";
import { type CoreOutputs, parseCoreOutputs } from "../contracts/core-outputs.ts";

/** Core's contract as a program reads it: what is public, and the key apart, so that only the key makes things secret. */
export interface CoreReference {
  outputs: pulumi.Output<Omit<CoreOutputs, "enrolmentKey">>;
  enrolmentKey: pulumi.Output<string>;
}

/**
 * The contract that core publishes for a family, validated. Core's own family reads core's stack; any other one reads the contract
 * stack made for it, which holds only what that family may know: a stack reference opens all secrets of the stack it names.
 *
 * @param environment `local`, `dev` or `prod`
 * @throws CoreOutputsError, through the outputs, when the stack has no such contract, a broken one or a newer one.
 */
export function coreOutputs(environment: string, family: string): CoreReference {
  const producer =
    family === "chittyos"
      ? `organization/chittyops/${environment}`
      : `organization/chittyops-contract/${environment}-${family}`;
  const core = new pulumi.StackReference(producer)
    .getOutput("core")
    .apply((published) => parseCoreOutputs(published, producer));
  return {
    outputs: pulumi.unsecret(core.apply(({ enrolmentKey: _key, ...shared }) => shared)),
    enrolmentKey: pulumi.secret(core.apply(({ enrolmentKey }) => enrolmentKey)),
  };
}
