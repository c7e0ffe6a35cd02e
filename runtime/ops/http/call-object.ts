import type { KnownCall, StoredAnswer } from "./call-keeper.ts";

/** Answers that were given under an idempotency key. */
export interface CallObject {
  begin(key: string, digest: string, now: number): KnownCall;
  finish(key: string, answer: StoredAnswer): void;
  forget(key: string): void;
}
