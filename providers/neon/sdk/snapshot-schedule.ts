import * as pulumi from "@pulumi/pulumi";

interface ScheduledSnapshot {
  frequency: pulumi.Input<"hourly" | "daily" | "weekly" | "monthly" | "yearly">;
  /** 0 to 23, in UTC; not with `hourly`. */
  hour?: pulumi.Input<number>;
  /** Of the week (1 to 7) with `weekly`, of the month (1 to 31) with `monthly` and `yearly`. */
  day?: pulumi.Input<number>;
  /** 1 to 12, with `yearly`. */
  month?: pulumi.Input<number>;
  /** Seconds until the snapshot is deleted, at least 3600. No default: absent, it is kept. Example: 604800. */
  retentionSeconds?: pulumi.Input<number>;
}

export interface SnapshotScheduleArgs {
  projectId: pulumi.Input<string>;
  branchId: pulumi.Input<string>;
  /** At least one entry. Example: `[{ frequency: "daily", hour: 3, retentionSeconds: 604800 }]`. */
  schedule: pulumi.Input<pulumi.Input<ScheduledSnapshot>[]>;
}

/** When Neon takes snapshots of a root branch by itself (beta at Neon). Import: `<project>/<branch>`. */
export class SnapshotSchedule extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;

  constructor(name: string, args: SnapshotScheduleArgs, options?: pulumi.CustomResourceOptions) {
    super("neon:index:SnapshotSchedule", name, { ...args }, options);
  }
}
