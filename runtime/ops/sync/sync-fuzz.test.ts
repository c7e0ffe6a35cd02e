import { expect, it } from "vitest";
import { randomOf, sample } from "../../../tests/harness/sample.ts";
import { fuzzed } from "../testing/fuzzed.ts";
import { operatorToken, people } from "../testing/node-plane.ts";
import { runsOf, stateOf, syncPlane, testChild, tickOf } from "./testing/sync-plane.ts";

const state = stateOf();
const incident = { fingerprint: "disk", title: "Disk full", severity: "major", description: "", cleared: true };
const report = { kind: "configuration", counter: 1, state: "applied", reason: "" };
/** Bodies that are taken, with every field there is. */
const good: [path: string, body: unknown][] = [
  ["/sync", tickOf(state, { state, metrics: { requests: 1 }, reports: [report], incidents: [incident] } as never)],
  ["/sync/enrol", { version: 1, runs: runsOf(state), state }],
  ["/sync/health", { version: 1, health: { status: "ok", detail: "fine" } }],
  ["/sync/metrics", { version: 1, metrics: { requests: 1 } }],
  ["/sync/incidents", { version: 1, incidents: [incident] }],
  [
    "/api/v1/rollouts",
    {
      service: "lite-child",
      kind: "update",
      content: { refuse: [] },
      waves: [{ families: ["cook-county"], percent: 5 }],
      failurePercent: 5,
      mostAtOnce: 1,
      answerSeconds: 60,
    },
  ],
];
const cases = Array.from({ length: 10_000 }, (_, index) => index);

it("answers no fuzzed body with a 500, and none that it does not take without a problem", async () => {
  const plane = await syncPlane();
  const authorization = `Bearer ${await operatorToken(people.admin)}`;
  let child = testChild(plane.fetch, { family: "cook-county", child: "first" });
  const statuses = new Map<number, number>();
  for (const [turn, index] of sample("fuzzed ticks", cases, 500).entries()) {
    if (turn % 20 === 0) {
      child = testChild(plane.fetch, { family: "cook-county", child: `fuzzed-${turn}` });
      await child.enrol(state);
    }
    const random = randomOf(`fuzzed tick ${index}`);
    const [path, body] = good[Math.floor(random() * good.length)] ?? ["/sync", {}];
    const text = fuzzed(body, random);
    const response = path.startsWith("/sync")
      ? await child.call(path, text, { method: "POST" })
      : await plane.request(path, { method: "POST", body: text, headers: { authorization } });
    const answer = await response.text();
    const said = { index, path, status: response.status, answer };
    expect(said).not.toMatchObject({ status: expect.toSatisfy((status: number) => status >= 500) });
    if (!response.ok) expect(JSON.parse(answer)).toMatchObject({ status: response.status, detail: expect.any(String) });
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  }
  // Some are close enough to be taken, most are not: the fuzzing reaches both.
  expect(statuses.get(200)).toBeGreaterThan(0);
  expect(statuses.get(400)).toBeGreaterThan(statuses.get(200) ?? 0);
});
