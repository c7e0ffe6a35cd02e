import { afterEach, expect, it } from "vitest";
import { type Answer, json, startServer } from "../testing/http-server.ts";
import { contractAllowed } from "./contract-allowed.ts";

const signal = new AbortController().signal;
const apiToken = "canary-cloudflare-token";
const day = 86_400;
let server: Awaited<ReturnType<typeof startServer>> | undefined;
afterEach(() => server?.stop());

async function ask(answer: Answer) {
  server = await startServer(() => answer, "/client/v4");
  const release = { accountId: "a1", scriptName: "chittyledger", rollbackSeconds: day };
  return contractAllowed(release, signal, { baseUrl: server.baseUrl, apiToken });
}

/** Deployments, each so many seconds ago with these versions and their shares. */
const deployed = (...deployments: [age: number, versions: Record<string, number>][]) =>
  json(200, {
    result: {
      deployments: deployments.map(([age, versions]) => ({
        created_on: new Date(Date.now() - age * 1000).toISOString(),
        versions: Object.entries(versions).map(([version_id, percentage]) => ({ version_id, percentage })),
      })),
    },
  });

it.each<[string, Answer]>([
  ["there is no such script yet", json(404, { success: false })],
  ["it was never deployed", deployed()],
  ["there was only ever one version", deployed([10, { new: 100 }], [20, { new: 100 }])],
  ["the old version was taken away long ago", deployed([day + 1, { new: 100 }], [day + 2, { old: 100 }])],
  [
    "the time counts from when it was taken away, not from the last deployment",
    deployed([1, { new: 100 }], [day + 1, { new: 100 }], [day + 2, { new: 50, old: 50 }]),
  ],
])("allows a contract migration where %s", async (_, answer) => {
  expect(await ask(answer)).toEqual({ ok: true });
});

it("holds it while an old version answers, however little", async () => {
  expect(await ask(deployed([2 * day, { new: 99, old: 1 }], [3 * day, { old: 100 }]))).toEqual({
    ok: false,
    why: "more than one version of chittyledger is live (new answers 99 %, old answers 1 %)",
  });
});

it("holds it while the old version can come back, in whatever order deployments are listed", async () => {
  const answer = deployed([2 * day, { old: 100 }], [day - 60, { new: 100 }], [10, { new: 100 }]);
  const { created_on: since } = JSON.parse(String(answer.body)).result.deployments[1];
  expect(await ask(answer)).toEqual({
    ok: false,
    why: `chittyledger can be rolled back to its version before until ${new Date(Date.parse(since) + day * 1000).toISOString()}`,
  });
});

it.each<[string, Answer]>([
  ["Cloudflare answered 403", json(403, { success: false })],
  ["Cloudflare answered 500", json(500, {})],
  ["", { status: 0, reset: true }],
])("says that it is not known which versions are live (%s), and shows no token", async (found, answer) => {
  const error: unknown = await ask(answer).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    message: expect.stringContaining(`Which versions of chittyledger are live is not known: ${found}`),
  });
  expect(String((error as Error).stack)).not.toContain(apiToken);
});
