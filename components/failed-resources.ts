import * as pulumi from "@pulumi/pulumi";

/**
 * Keeps a failed resource from showing as a crash of the program. The engine reports the failure with its reason; the SDK then rejects
 * every output that waits for the resource, and each rejection would be printed with a stack trace. One sentence takes their place.
 * The program still ends with an error: what was not registered because of the failure must not be taken for deleted.
 */
export function reportFailedResourcesOnce(): void {
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
