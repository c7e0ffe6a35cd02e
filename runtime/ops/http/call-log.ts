import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import { CallKeeper, type KnownCall, type StoredAnswer } from "./call-keeper.ts";
import type { CallObject } from "./call-object.ts";

/** Answers that were given under an idempotency key. */
export class CallLog extends DurableObject<unknown> implements CallObject {
  readonly #keeper: CallKeeper;

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env);
    this.#keeper = new CallKeeper(state.storage);
  }

  begin(key: string, digest: string, now: number): KnownCall {
    return this.#keeper.begin(key, digest, now);
  }

  finish(key: string, answer: StoredAnswer): void {
    this.#keeper.finish(key, answer);
  }

  forget(key: string): void {
    this.#keeper.forget(key);
  }
}
