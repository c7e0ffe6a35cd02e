import type { FamilyName } from "../../catalog/index.ts";
import type { Session } from "../session.ts";
import { deploy } from "./deploy.ts";
import type { LocalGround } from "./open-local-stack.ts";
import { type Contracts, readContracts } from "./publish-contract.ts";
import { type StackTarget, stackName, stackTarget } from "./stack-target.ts";
import type { UpdateLog } from "./update-log.ts";
import { withStack } from "./with-stack.ts";

/** Stacks at work at a time: each has an engine, a program and plugins, some 400 MB together. */
export const stacksAtOnce = 3;

/** What a stack did, or why it could not. */
export interface StackOutcome {
  target: StackTarget;
  logs: readonly UpdateLog[];
  error?: unknown;
}

interface Options {
  command: string;
  environment: StackTarget["environment"];
  ground: LocalGround;
}

/** Brings core to what its program says, and returns what it says to its families. */
export function deployCore(
  session: Session,
  target: StackTarget,
  { ground, ...options }: Pick<Options, "command" | "ground"> & { title: string },
): Promise<{ logs: UpdateLog[]; contracts: Contracts }> {
  return withStack(session, { ...options, target, ground, yes: true }, async (ready, run) => {
    const logs = await deploy(session, ready, run, options.title);
    return { logs, contracts: await readContracts(session, ready) };
  });
}

/** Brings the stack of a family to what its program says. Never throws: others go on. */
export async function deployFamily(
  session: Session,
  family: FamilyName,
  { command, environment, ground }: Options,
): Promise<StackOutcome> {
  const target = stackTarget(family, environment);
  try {
    const logs = await withStack(session, { command, target, yes: true, ground }, (ready, run) =>
      deploy(session, ready, run, stackName(target)),
    );
    return { target, logs };
  } catch (error) {
    return { target, logs: [], error };
  }
}
