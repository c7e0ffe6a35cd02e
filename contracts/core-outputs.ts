import { z } from "zod";

/** The version of the contract that this code writes, and the newest it reads. */
export const coreOutputsVersion = 1;

const endpoint = z.object({ url: z.url(), healthUrl: z.url() });

/** What core tells a family about itself: version 1. Fields may be added within a version; one that is removed or changed makes a new one. */
export const coreOutputsSchema = z.object({
  version: z.literal(coreOutputsVersion),
  environment: z.string().min(1),
  family: z.string().min(1),
  accountId: z.string().regex(/^[0-9a-f]{32}$/),
  zone: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/), domain: z.string().min(1) }),
  /** The operations plane: where it is, and the key (Ed25519) its messages are verified with. Absent until it is deployed. */
  ops: z.object({ url: z.url(), publicKey: z.string().min(1) }).optional(),
  /** Secret: children's keys are derived from it. */
  enrolmentKey: z.string().min(32),
  /** Raised at each rotation of the enrolment key. */
  keyEpoch: z.number().int().min(1),
  /** Changes whenever any of the rest does, the secret apart. */
  configVersion: z.string().min(1),
  /** By the service's name. */
  services: z.record(z.string(), endpoint),
  /** Audience tag of the tokens that Access issues for operators. */
  accessAudience: z.string().min(1),
});
export type CoreOutputs = z.infer<typeof coreOutputsSchema>;

/** Core's outputs as a stack published them cannot be used; the message names the stack and the version. */
export class CoreOutputsError extends Error {
  override readonly name = "CoreOutputsError";
}

/**
 * Validates what a stack published as its contract.
 *
 * @param producer name of the stack that published it, e.g. `organization/chittyops/prod`
 * @throws CoreOutputsError that lists every field that is wrong, without its value.
 */
export function parseCoreOutputs(published: unknown, producer: string): CoreOutputs {
  const version =
    typeof published === "object" && published !== null && "version" in published ? published.version : undefined;
  if (typeof version !== "number") {
    throw new CoreOutputsError(
      `Stack ${producer} publishes no contract: expected an output "core" with version ${coreOutputsVersion}. Remedy: deploy core with this version of ChittyOps (npx chittyops up -e <environment>).`,
    );
  }
  if (version !== coreOutputsVersion) {
    const remedy =
      version > coreOutputsVersion
        ? "update ChittyOps here"
        : "deploy core with this version of ChittyOps (npx chittyops up -e <environment>)";
    throw new CoreOutputsError(
      `Stack ${producer} publishes version ${version} of core's contract; this program reads version ${coreOutputsVersion}. Remedy: ${remedy}.`,
    );
  }
  const parsed = coreOutputsSchema.safeParse(published);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join(".") || "core"}: ${message}`);
  throw new CoreOutputsError(
    `Stack ${producer} publishes version ${version} of core's contract, and it does not keep it:\n${problems.join("\n")}\nRemedy: deploy core with this version of ChittyOps (npx chittyops up -e <environment>).`,
  );
}
