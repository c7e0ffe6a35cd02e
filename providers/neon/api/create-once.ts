import { setTimeout } from "node:timers/promises";
import { ProviderError } from "../../kit/errors.ts";
import type { Api } from "./api.ts";
import { NeonFailure } from "./failure.ts";

export interface Creation<Made> {
  /** What is made, for messages: `project finance-prod`. */
  readonly what: string;
  /** Whether something goes by its name already; gives its import id. */
  readonly taken: () => Promise<string | undefined>;
  readonly post: () => Promise<Made>;
  /** What a request whose answer was lost has made, and nothing else. */
  readonly made: () => Promise<Made | undefined>;
}

/** How often a request is sent whose answers get lost. */
const attempts = 4;

/** After a lost answer Neon may still be at work on the request: it is looked for this often before it counts as not carried out. */
const looks = 3;

/**
 * Makes something exactly once. Neon has no idempotency keys, so what goes by the name is looked up first: then whatever
 * is found after a lost answer is ours.
 * @throws ProviderError when the name is taken.
 */
export async function createOnce<Made>(api: Api, creation: Creation<Made>, signal: AbortSignal): Promise<Made> {
  const taken = await creation.taken();
  if (taken !== undefined) {
    throw new ProviderError(
      `There is a ${creation.what} already, and it is not in this stack. Choose another name, or take it over: ` +
        `pulumi import <type> <name> ${taken}`,
    );
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await creation.post();
    } catch (error) {
      if (!(error instanceof NeonFailure)) throw error;
      const isUnclear = error.outcome === "unknown" || attempt > 1;
      const made = isUnclear ? await lookFor(api, creation, signal) : undefined;
      if (made !== undefined) return made;
      if (error.outcome !== "unknown" || attempt === attempts) throw error;
    }
  }
}

async function lookFor<Made>(api: Api, { made }: Creation<Made>, signal: AbortSignal): Promise<Made | undefined> {
  for (let look = 1; ; look++) {
    const found = await made();
    if (found !== undefined || look === looks) return found;
    await setTimeout(api.options.retryDelayMs * 2 ** look, undefined, { signal });
  }
}
