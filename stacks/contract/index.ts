import * as pulumi from "@pulumi/pulumi";
import { contractFingerprintVariable, contractVariable } from "../../contracts/contract-variable.ts";
import { CoreOutputsError, parseCoreOutputs } from "../../contracts/core-outputs.ts";
import { runStack } from "../shared/run-stack.ts";

/**
 * The contract of one family, in a stack `<environment>-<family>` of its own: whoever opens it learns nothing else of core's. It makes
 * nothing; `chittyops up` runs it after core with what core's stack has.
 */
export default (): Promise<Record<string, unknown>> =>
  runStack({ config: () => ({ offline: false }), providers: [], load: async () => contract });

async function contract(stack: string): Promise<Record<string, unknown>> {
  const given = process.env[contractVariable];
  if (given === undefined) {
    throw new CoreOutputsError(
      `There is no contract to publish: ${contractVariable} is not set. Remedy: npx chittyops up publishes it after core.`,
    );
  }
  const core = parseCoreOutputs(JSON.parse(given), `organization/chittyops-contract/${stack}`);
  const wanted = `${core.environment}-${core.family}`;
  if (wanted !== stack) {
    throw new CoreOutputsError(
      `The contract is that of ${wanted}, and the stack is ${stack}. Remedy: publish it there.`,
    );
  }
  return {
    core: { ...core, enrolmentKey: pulumi.secret(core.enrolmentKey) },
    fingerprint: process.env[contractFingerprintVariable] ?? "",
  };
}
