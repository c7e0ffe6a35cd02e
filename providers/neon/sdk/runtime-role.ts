import * as pulumi from "@pulumi/pulumi";

export interface RuntimeRoleArgs {
  /** Secret: how the owner of the database reaches it without the pooler, e.g. `Project.connectionUri`. */
  ownerUri: pulumi.Input<string>;
  /** 1 to 63 bytes. A change replaces it. Example: `finance_app`. */
  name: pulumi.Input<string>;
  /** Secret. Another one is set in place. */
  password: pulumi.Input<string>;
  /** Extensions that the owner creates in the database. Example: `["pgcrypto"]`. */
  extensions?: pulumi.Input<pulumi.Input<string>[]>;
}

/** The role a service runs as: it reads and writes rows of the schema `public`, now and later, and changes no schema. */
export class RuntimeRole extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  /** Secret: without the pooler. */
  declare readonly connectionUri: pulumi.Output<string>;

  constructor(name: string, args: RuntimeRoleArgs, options?: pulumi.CustomResourceOptions) {
    const secrets = { additionalSecretOutputs: ["ownerUri", "password", "connectionUri"] };
    const hidden = { ownerUri: pulumi.secret(args.ownerUri), password: pulumi.secret(args.password) };
    const inputs = { connectionUri: undefined, ...args, ...hidden };
    super("neon:index:RuntimeRole", name, inputs, pulumi.mergeOptions(secrets, options));
  }
}
