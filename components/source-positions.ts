import * as pulumi from "@pulumi/pulumi";

/**
 * Keeps the lines of the program that made each resource out of the state. In an ES module a stack frame names a file by its URL, which
 * the SDK (3.259) takes for a path: the path of the checkout would enter the state, and a third of the state would be stack traces,
 * written anew at each step.
 */
export function leaveOutSourcePositions(): void {
  const resource = pulumi.Resource as unknown as { stackTrace: (skip: number) => unknown[] };
  if (typeof resource.stackTrace === "function") resource.stackTrace = () => [];
}
