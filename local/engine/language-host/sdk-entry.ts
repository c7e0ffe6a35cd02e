import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Path of a start script of the SDK that the program in `folder` uses, e.g. `run`.
 * @throws Error that says what to install where.
 */
export function sdkEntry(script: "run" | "run-plugin" | "run-policy-pack", folder: string): string {
  try {
    return createRequire(join(folder, "package.json")).resolve(`@pulumi/pulumi/cmd/${script}`);
  } catch {
    throw new Error(
      `the package @pulumi/pulumi cannot be found from ${folder}; run npm install there (or in the folder above that has its package.json)`,
    );
  }
}
