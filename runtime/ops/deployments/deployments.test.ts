import { expect, it } from "vitest";
import type { DeploymentReport } from "../../../contracts/ops-deployments.ts";
import { memoryNamespace } from "../../storage/testing/memory-namespace.ts";
import { nodePlane, people } from "../testing/node-plane.ts";

const path = "/api/v1/deployments";

function report(given: Partial<DeploymentReport> = {}): DeploymentReport {
  return {
    id: crypto.randomUUID(),
    startedAt: "2026-11-26T11:58:00Z",
    finishedAt: "2026-11-26T12:00:00Z",
    stack: "chittyops/prod",
    family: "chittyos",
    command: "up",
    by: "ci",
    commit: "a".repeat(40),
    policyEvidence: "b".repeat(64),
    outcome: "done",
    changes: { created: 1, updated: 2, deleted: 0 },
    ...given,
  };
}

it("records who deployed what where, from which commit and under which evidence, and publishes it", async () => {
  const plane = await nodePlane();
  const sent = report();
  const response = await plane.request(path, { method: "POST", as: people.operator, body: sent });
  expect(response.status).toBe(201);
  const { records } = await plane.audit.page(0, 10);
  expect(records).toMatchObject([
    {
      action: "deployment",
      actor: { kind: "operator", id: people.operator },
      subject: "chittyops/prod",
      family: "chittyos",
      outcome: "done",
      details: { by: "ci", commit: sent.commit, policyEvidence: sent.policyEvidence, updated: "2" },
    },
    { action: "deployment.report", outcome: "done", details: { status: "201" } },
  ]);
  expect(plane.published).toMatchObject([
    {
      id: sent.id,
      type: "cc.chitty.deployment.finished",
      subject: "chittyops/prod",
      data: { recordedBy: people.operator },
    },
  ]);
});

it("takes a report that comes again for the same one, and one that could not be published is sent again", async () => {
  let fails = true;
  const published: unknown[] = [];
  const plane = await nodePlane({
    EVENT_HUB: memoryNamespace(() => ({
      publish: async (event: unknown) => {
        if (fails) throw new Error("the event hub does not answer");
        return { sequence: published.push(event), known: false };
      },
    })) as never,
  });
  const sent = { method: "POST", as: people.operator, body: report() };
  expect((await plane.request(path, sent)).status).toBe(500);
  fails = false;
  expect((await plane.request(path, sent)).status).toBe(201);
  expect(published).toHaveLength(1);
  const { records } = await plane.audit.page(0, 10);
  expect(records.filter(({ action }) => action === "deployment")).toHaveLength(1);
});

it("shows what was deployed in a span of time, of the families that somebody may see", async () => {
  const plane = await nodePlane();
  const sent = [
    report({ stack: "chittyops/prod", finishedAt: "2026-11-26T10:00:00Z" }),
    report({ stack: "cook-county/prod", family: "cook-county", finishedAt: "2026-11-26T11:30:00.500Z" }),
    report({ stack: "chittyops/prod", finishedAt: "2026-11-26T11:00:00Z" }),
  ];
  for (const body of sent) await plane.request(path, { method: "POST", as: people.admin, body });
  const stacks = async (as: string, query = "") => {
    const { deployments } = (await (await plane.request(`${path}${query}`, { as })).json()) as {
      deployments: { stack: string; finishedAt: string }[];
    };
    return deployments.map(({ stack, finishedAt }) => `${stack} ${finishedAt.slice(11, 16)}`);
  };
  expect(await stacks(people.viewer)).toEqual([
    "cook-county/prod 11:30",
    "chittyops/prod 11:00",
    "chittyops/prod 10:00",
  ]);
  expect(await stacks(people.viewer, "?from=2026-11-26T10:30:00Z&to=2026-11-26T11:00:00Z")).toEqual([
    "chittyops/prod 11:00",
  ]);
  expect(await stacks(people.viewer, "?limit=1")).toEqual(["cook-county/prod 11:30"]);
  expect(await stacks(people.clerk)).toEqual(["cook-county/prod 11:30"]);
});

it.each<[string, unknown, string | undefined, number]>([
  ["nobody's", report(), undefined, 401],
  ["a viewer's", report(), people.viewer, 403],
  ["another family's", report(), people.clerk, 403],
  ["one with an unknown field", { ...report(), secret: "x" }, people.operator, 400],
  ["one with a wrong type", { ...report(), changes: [] }, people.operator, 400],
  ["one with a commit that is none", { ...report(), commit: "main" }, people.operator, 400],
  ["no JSON", "{", people.operator, 400],
  ["nothing", undefined, people.operator, 400],
])("refuses %s report, and records nothing as deployed", async (_, body, as, status) => {
  const plane = await nodePlane();
  const response = await plane.request(path, {
    method: "POST",
    ...(as !== undefined && { as }),
    ...(body !== undefined && { body }),
  });
  expect(response.status).toBe(status);
  expect(plane.audit.deployments("1970-01-01T00:00:00Z", "9999-12-31T00:00:00Z", 10)).toEqual([]);
  expect(plane.published).toEqual([]);
});
