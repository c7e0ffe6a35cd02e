import * as pulumi from "@pulumi/pulumi";

export interface DatabaseArgs {
  projectId: pulumi.Input<string>;
  branchId: pulumi.Input<string>;
  /** 1 to 63 bytes; renamed in place. Example: `ledger`. */
  name: pulumi.Input<string>;
  /** The role that owns it, changed in place. */
  ownerName: pulumi.Input<string>;
  /** Permits replacing and deleting it with all its data. Counts from the `up` after the one that sets it. Default: false. */
  allowDataLoss?: pulumi.Input<boolean>;
}

/** A database besides the one that a project is born with. Import: `<project>/<branch>/<database>`. */
export class Database extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly ownerName: pulumi.Output<string>;
  /** Neon's number for it. */
  declare readonly databaseId: pulumi.Output<number>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, options?: pulumi.CustomResourceOptions) {
    super("neon:index:Database", name, { databaseId: undefined, createdAt: undefined, ...args }, options);
  }
}
