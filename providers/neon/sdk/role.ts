import * as pulumi from "@pulumi/pulumi";

export interface RoleArgs {
  projectId: pulumi.Input<string>;
  branchId: pulumi.Input<string>;
  /** 1 to 63 bytes. A change replaces it. Example: `finance_app`. */
  name: pulumi.Input<string>;
  /** Another number here gives it another password, in place. Example: the rotation epoch of a `SecretSet`. */
  passwordEpoch?: pulumi.Input<number>;
}

/** A Postgres role besides the owner that a project is born with. Import: `<project>/<branch>/<role>`. */
export class Role extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  /** Secret. Neon chooses it. */
  declare readonly password: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: RoleArgs, options?: pulumi.CustomResourceOptions) {
    const secrets = { additionalSecretOutputs: ["password"] };
    const outputs = { password: undefined, createdAt: undefined };
    super("neon:index:Role", name, { ...outputs, ...args }, pulumi.mergeOptions(secrets, options));
  }
}
