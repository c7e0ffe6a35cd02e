import * as pulumi from "@pulumi/pulumi";
import type { EndpointSettings } from "./endpoint-settings.ts";

export interface EndpointArgs extends EndpointSettings {
  projectId: pulumi.Input<string>;
  /** A change replaces it. */
  branchId: pulumi.Input<string>;
  /** A branch has at most one that is `read_write`. A change replaces it. */
  type: pulumi.Input<"read_write" | "read_only">;
  /** 1 to 64 characters. */
  name?: pulumi.Input<string>;
  /** Refuses connections. Default: false. */
  disabled?: pulumi.Input<boolean>;
}

/** A compute endpoint besides the one that a project is born with. Import: `<project>/<endpoint>`. */
export class Endpoint extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;
  /** Where it is reached without the pooler. */
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly poolerHost: pulumi.Output<string>;
  declare readonly poolerPort: pulumi.Output<number>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: EndpointArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = {
      host: undefined,
      port: undefined,
      poolerHost: undefined,
      poolerPort: undefined,
      createdAt: undefined,
    };
    super("neon:index:Endpoint", name, { ...outputs, ...args }, options);
  }
}
