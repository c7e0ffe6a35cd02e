import type { EngineAttempt, EngineSource } from "./attempt.ts";

/** A Pulumi engine that can be run. */
export interface Engine {
  /** Absolute path of the `pulumi` executable. */
  pulumi: string;
  /** Without a leading `v`, e.g. `3.259.0`. */
  version: string;
  source: EngineSource;
  /** Folder with `pulumi-language-nodejs`, to be put on PATH: the official one beside the engine, or ours. */
  languageHost: string;
  /** Every way tried, the last one with success. */
  attempts: EngineAttempt[];
}
