/** The four ways to an engine, in the order they are tried. */
export type EngineSource = "path" | "cache" | "download" | "build";

/** What one way came to; `reason` is one sentence for a person. */
export interface EngineAttempt {
  way: EngineSource;
  outcome: "found" | "failed";
  reason: string;
}

/** Thrown by one way that does not lead to an engine; the message is the reason shown. */
export class NoEngineThisWay extends Error {}
