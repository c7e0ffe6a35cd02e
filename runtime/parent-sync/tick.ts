import { createHash } from "node:crypto";
import type { LiteChild } from "../../contracts/lite-child.ts";
import { liteChildService } from "../../contracts/lite-child-release.ts";
import {
  type ChildHealth,
  type ChildIncident,
  type ChildMetrics,
  type ChildState,
  planeAudience,
  runsMessage,
  type SyncAnswer,
  type SyncTick,
  syncAnswer,
} from "../../contracts/ops-sync.ts";
import { retryAfterOf } from "../retry-after/retry-after-of.ts";
import { signRequest } from "../signed-request/signed-request.ts";
import type { Remote } from "../storage/object-namespace.ts";
import type { ParentLink, TickStart } from "./parent-link.ts";
import { ReleaseRefused, verifyRelease } from "./verify-release.ts";

/** A child that speaks to its parent. */
export interface TickingChild {
  child: LiteChild;
  /** The variable `CHILD`, whose digest says what it was deployed with. */
  variables: string;
  /** The secret `CHILD_KEY`. */
  key: string;
  link: Pick<Remote<ParentLink>, "begin" | "answered" | "failed" | "apply" | "settle" | "refuse">;
  health: ChildHealth;
  metrics: ChildMetrics;
  /** Whether it does with the releases in force now. @returns what is wrong */
  check: () => Promise<string | undefined>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** How far the parent's clock is ahead of the child's, as far as signatures have to agree with it. It is asked for once in a turn. */
interface ParentClock {
  ahead: number;
  asked: boolean;
}

const answerWithinMilliseconds = 20_000;
const largestAnswer = 256 * 1_024;
/** A clock that is so far off is the reason why a signature is refused. */
const wrongClockMilliseconds = 30_000;
/** A tick that brought a release, or was asked for more, is followed by another at once; but not for ever. */
const mostRounds = 4;

/**
 * One turn of a child with its parent: it says how it is and what it runs, takes the releases that it is offered, and says what became of
 * them. Without an answer nothing is lost: what was not told is told the next time.
 */
export async function tick(one: TickingChild): Promise<void> {
  const clock: ParentClock = { ahead: 0, asked: false };
  for (let round = 1; round <= mostRounds; round += 1) {
    const start = await one.link.begin(one.now());
    if (start === undefined) return;
    const state = stateOf(one, start);
    const runs = createHash("sha256").update(runsMessage(state)).digest("hex");
    const answer = await say(one, clock, "/sync", tickOf(one, start, state, runs));
    if (answer === "unknown") {
      if ((await say(one, clock, "/sync/enrol", { version: 1, runs, state })) === undefined) return;
      continue;
    }
    if (answer === undefined) return;
    const known = answer.report === "full" ? null : runs;
    await one.link.answered(start, known, answer.nextSeconds, one.now());
    const taken = await takeAll(one, answer.offers);
    if (!taken && known !== null) return;
  }
}

/** @returns whether there is something to tell */
async function takeAll(one: TickingChild, offers: readonly string[]): Promise<boolean> {
  let taken = false;
  for (const offer of offers) taken = (await take(one, offer)) || taken;
  return taken;
}

/** Applies a release and sees whether the child still does. @returns false: it was refused */
async function take(one: TickingChild, offer: string): Promise<boolean> {
  const { family, child, parent } = one.child;
  try {
    const publicKey = parent.ops?.publicKey ?? "";
    const release = await verifyRelease(offer, { publicKey, service: liteChildService, family, child, now: one.now() });
    const outcome = await one.link.apply(release);
    if (outcome === "applied") await one.link.settle(release, await one.check());
    else if (outcome !== "unchanged") throw new ReleaseRefused(outcome.refused);
    return true;
  } catch (error) {
    if (!(error instanceof ReleaseRefused)) throw error;
    console.warn(`A release of the parent was refused: ${error.message}`);
    await one.link.refuse(error.message);
    return false;
  }
}

/** @returns "unknown": the parent does not know the child; undefined: no answer that is one */
async function say(
  one: TickingChild,
  clock: ParentClock,
  path: string,
  message: object,
): Promise<SyncAnswer | "unknown" | undefined> {
  const { child, key, link, now } = one;
  const { ops, keyEpoch } = child.parent;
  const url = `${ops?.url.replace(/\/$/, "")}${path}`;
  const body = JSON.stringify(message);
  try {
    const signer = {
      key: new TextEncoder().encode(key),
      header: { alg: "HS256", kid: String(keyEpoch) },
      issuer: `${child.family}/${child.child}`,
      audience: planeAudience,
    };
    const headers = await signRequest({ method: "POST", url, body }, signer, crypto.randomUUID(), now() + clock.ahead);
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(answerWithinMilliseconds),
    });
    const text = await response.text();
    if (response.ok && text.length <= largestAnswer) return syncAnswer.parse(JSON.parse(text));
    if (response.status === 409 && text.includes("Not enrolled")) return "unknown";
    if (response.status === 401 && !clock.asked) {
      // Only signatures follow the parent's clock: whether a release has expired is not the sender's to say.
      clock.asked = true;
      clock.ahead = aheadBy(text, now());
      if (Math.abs(clock.ahead) > wrongClockMilliseconds) return await say(one, clock, path, message);
    }
    console.warn(`The parent answered ${response.status} to ${path}.`);
    await link.failed(now(), Math.random(), retryAfterOf(response.headers.get("retry-after"), now()));
  } catch (error) {
    console.warn(`The parent gave no answer to ${path}: ${error instanceof Error ? error.message : String(error)}`);
    await link.failed(now(), Math.random(), undefined);
  }
  return undefined;
}

/** What the parent says of its time when it refuses a signature. */
function aheadBy(problem: string, now: number): number {
  const at = /"at":"([^"]{1,40})"/.exec(problem)?.[1];
  const ahead = at === undefined ? 0 : Date.parse(at) - now;
  return Number.isFinite(ahead) ? ahead : 0;
}

function stateOf({ child, variables }: TickingChild, { counters }: TickStart): ChildState {
  const digest = createHash("sha256").update(variables).digest("hex");
  const code = child.code ?? "0".repeat(64);
  return { service: liteChildService, version: code.slice(0, 8), code, variables: digest, ...counters };
}

function tickOf({ health, metrics }: TickingChild, start: TickStart, state: ChildState, runs: string): SyncTick {
  const incident: ChildIncident = {
    fingerprint: "release-refused",
    title: "A release of the parent was refused",
    severity: "major",
    description: `${start.refused}. Either it was kept back on its way, or somebody else than the parent made it.`,
  };
  return {
    version: 1,
    runs,
    ...(start.understood !== runs && { state }),
    health,
    metrics,
    ...(start.reports.length > 0 && { reports: start.reports }),
    ...(start.refused !== null && { incidents: [incident] }),
  };
}
