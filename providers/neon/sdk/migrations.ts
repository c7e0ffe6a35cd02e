import * as pulumi from "@pulumi/pulumi";

export interface MigrationsArgs {
  /** Secret: how the owner of the database reaches it without the pooler. */
  connectionUri: pulumi.Input<string>;
  /** Folder of the migrations, relative to the program's. Example: `../../database/finance`. */
  directory: pulumi.Input<string>;
  /** Of everything in the folder: another one has the migrations looked at again. */
  digest: pulumi.Input<string>;
  /** `expand`: before the deployment of the service. `contract`: after it, when no old version is live or can come back. */
  phase: pulumi.Input<"expand" | "contract">;
  /** The Worker that uses the database. Absent: contract migrations are held until somebody applies them. */
  release?: pulumi.Input<{
    accountId: pulumi.Input<string>;
    scriptName: pulumi.Input<string>;
    /** For how long a version may be rolled back to after another one has taken its place. Example: 86400. */
    rollbackSeconds: pulumi.Input<number>;
  }>;
}

/** The migrations of a database, applied as far as their phase allows. Deleting it changes nothing in the database. */
export class Migrations extends pulumi.CustomResource {
  /** Names, in their order. */
  declare readonly applied: pulumi.Output<string[]>;
  /** Contract migrations that wait, each with the reason. */
  declare readonly held: pulumi.Output<string[]>;

  constructor(name: string, args: MigrationsArgs, options?: pulumi.CustomResourceOptions) {
    const secrets = { additionalSecretOutputs: ["connectionUri"] };
    const outputs = { applied: undefined, held: undefined };
    const inputs = { ...outputs, ...args, connectionUri: pulumi.secret(args.connectionUri) };
    super("neon:index:Migrations", name, inputs, pulumi.mergeOptions(secrets, options));
  }
}
