import * as pulumi from "@pulumi/pulumi";

export interface BranchArgs {
  projectId: pulumi.Input<string>;
  /** 1 to 256 characters, unique in the project. Example: `preview-pr-17`. */
  name: pulumi.Input<string>;
  /** The branch whose data it starts with, `br-…`. Absent: the default branch. A change replaces it. */
  parentId?: pulumi.Input<string>;
  /** The point in the parent's log that it starts from. Example: `0/1DE2850`. A change replaces it. */
  parentLsn?: pulumi.Input<string>;
  /** The moment in the parent's history that it starts from. Example: `2026-03-01T12:00:00Z`. A change replaces it. */
  parentTimestamp?: pulumi.Input<string>;
  /** `parent-data` (default), or `schema-only`: a root branch with the parent's tables and none of its rows. A change replaces it. */
  initSource?: pulumi.Input<"parent-data" | "schema-only">;
  /** Default: false. */
  protected?: pulumi.Input<boolean>;
  /** When Neon deletes it by itself, at most 30 days ahead. Example: `2026-03-08T00:00:00Z`. Absent: never. */
  expiresAt?: pulumi.Input<string>;
  /** Permits replacing and deleting a root branch. Counts from the `up` after the one that sets it. Others need no permission. */
  allowDataLoss?: pulumi.Input<boolean>;
}

/** A branch besides the one that a project is born with; it needs an `Endpoint` to be reached. Import: `<project>/<branch>`. */
export class Branch extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly parentId: pulumi.Output<string | undefined>;
  declare readonly expiresAt: pulumi.Output<string | undefined>;
  /** Whether it has no parent. */
  declare readonly root: pulumi.Output<boolean>;
  /** Whether it is the project's default branch. */
  declare readonly default: pulumi.Output<boolean>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: BranchArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = { root: undefined, default: undefined, createdAt: undefined };
    const optional = { parentId: undefined, expiresAt: undefined };
    super("neon:index:Branch", name, { ...outputs, ...optional, ...args }, options);
  }
}
