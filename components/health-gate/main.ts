import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { checkHealth } from "./check-health.ts";
import { gateInput } from "./gate-input.ts";

/** Milliseconds between two questions: at first, and at most. */
const firstPause = 100;
const longestPause = 2_000;

/**
 * The health gate: asks a deployed service until it is healthy or the deadline is over. What it reads is `GateInput` as JSON on
 * standard input. Exits with 0, or with 1 and one sentence that says which service failed and why.
 */
const { service, deadline, ...check } = gateInput.parse(JSON.parse(await text(process.stdin)));
const start = Date.now();
const left = () => deadline - (Date.now() - start);
let pause = firstPause;
for (;;) {
  const health = await checkHealth(check, Math.max(100, Math.min(left(), 10_000)));
  if (health.healthy) {
    console.log(`${service} is healthy`);
    break;
  }
  if (left() <= pause) {
    console.error(`${service} is not healthy: ${check.url} ${health.why}`);
    process.exit(1);
  }
  await delay(pause);
  pause = Math.min(pause * 2, longestPause);
}
