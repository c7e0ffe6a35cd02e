import type { EngineAttempt, EngineSource } from "./attempt.ts";
import { engineVersion } from "./pin.ts";

const titles: Record<EngineSource, string> = {
  path: "pulumi on PATH",
  cache: "engine cache",
  download: "official download",
  build: "build from Go modules",
};

/** No way led to an engine. The message names all four, why each failed, and what to do; it needs no stack trace. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
  readonly attempts: readonly EngineAttempt[];

  constructor(attempts: readonly EngineAttempt[]) {
    const found = attempts.map(({ way, reason }, index) => `  ${index + 1}. ${titles[way]}: ${reason}`);
    super(
      [
        "The Pulumi engine is not available.",
        `Expected: Pulumi ${engineVersion} or later (3.x), in one of four ways. Found:`,
        ...found,
        "Remedies, one is enough:",
        `  - install Pulumi ${engineVersion} or later (https://www.pulumi.com/docs/install/) so that \`pulumi version\` works in this shell;`,
        "  - give this machine access to get.pulumi.com, or name a mirror of its releases in CHITTYOPS_ENGINE_URL;",
        "  - install Go (https://go.dev/dl/, `brew install go`, or your distribution's package if new enough) with access to a Go module proxy;",
        "then run the same command again.",
      ].join("\n"),
    );
    this.attempts = attempts;
  }
}
