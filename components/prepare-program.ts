import * as pulumi from "@pulumi/pulumi";
import runtime from "@pulumi/pulumi/runtime/debuggable.js";

/** What every program of this repository does before it makes anything. */
export function prepareProgram(): void {
  leaveOutSourcePositions();
  leaveOutTracesOfPromises();
  leaveOutDebugLines();
  reportFailedResourcesOnce();
}

/**
 * Keeps the lines of the program that made each resource out of the state. In an ES module a stack frame names a file by its URL, which
 * the SDK (3.259) takes for a path: the path of the checkout would enter the state, and a third of the state would be stack traces,
 * written anew at each step.
 */
function leaveOutSourcePositions(): void {
  const resource = pulumi.Resource as unknown as { stackTrace?: (skip: number) => unknown[] };
  if (resource.stackTrace !== undefined) resource.stackTrace = () => [];
}

/**
 * The SDK takes a stack trace for each of its promises, of which a resource has dozens, to name one that never ends: a fifth of the time of
 * a program that changes nothing. Errors keep theirs.
 */
function leaveOutTracesOfPromises(): void {
  // Internal, and so not in the typings.
  const debuggable = runtime as unknown as {
    debuggablePromise?: (promise: Promise<unknown>, context: unknown) => unknown;
  };
  const { debuggablePromise } = debuggable;
  if (debuggablePromise === undefined) return;
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

/**
 * The SDK tells the engine several lines about each resource, one call after the other, which are shown with `--debug` only: a quarter of
 * the time of a program that changes nothing. `CHITTYOPS_DEBUG=1` keeps them.
 */
function leaveOutDebugLines(): void {
  if (process.env.CHITTYOPS_DEBUG === "1") return;
  Object.assign(pulumi.log, { debug: async () => {} });
}

/**
 * Keeps a failed resource from showing as a crash of the program. The engine reports the failure with its reason; the SDK then rejects
 * every output that waits for the resource, and each rejection would be printed with a stack trace. One sentence takes their place.
 * The program still ends with an error: what was not registered because of the failure must not be taken for deleted.
 */
function reportFailedResourcesOnce(): void {
  const report = new pulumi.RunError("A resource failed, as said with it; what depends on it was left as it was.");
  let reported = false;
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason, promise) => {
    const failed = reason instanceof Error && reason.message.endsWith("failed to register");
    if (failed && reported) return;
    reported ||= failed;
    for (const listener of listeners) listener(failed ? report : reason, promise);
  });
}
