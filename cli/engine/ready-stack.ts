import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Clouds } from "../cloud/clouds.ts";
import type { LocalBackend } from "./local-backend.ts";
import type { StackTarget } from "./stack-target.ts";
import type { Supervision } from "./supervised-command.ts";

/** A stack with everything the engine needs to work on it. */
export interface ReadyStack {
  target: StackTarget;
  /** Folder of the Pulumi.yaml the engine works with. */
  workDir: string;
  automation: Stack;
  supervision: Supervision;
  /** Present where the state is a file of ours. */
  backend?: LocalBackend;
  /** The clouds' APIs, for recovery (loaded when they are needed); absent where there are none. */
  clouds?: () => Promise<Clouds>;
  /** Everything in that cloud is ours. */
  ownsCloud: boolean;
  /** How often the cloud ended and was started again during this run. */
  cloudRestarts?: () => number;
}
