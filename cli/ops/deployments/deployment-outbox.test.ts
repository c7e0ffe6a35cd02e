import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { z } from "zod";
import { type DeploymentReport, deployment } from "../../../contracts/ops-deployments.ts";
import { nodePlane, people } from "../../../runtime/ops/testing/node-plane.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { UpdateLog } from "../../engine/update-log.ts";
import { markRelease } from "../../policies/release-record.ts";
import { UserError } from "../../user-error.ts";
import { noteDeployment, reportsWait, sendDeployments } from "./deployment-outbox.ts";

const target = stackTarget(undefined, "dev");
const startedAt = Date.now();
const folder = () => join(process.env.CHITTYOPS_HOME ?? "", "deployments", "dev");

beforeEach(() => {
  process.env.CHITTYOPS_HOME = mkdtempSync(join(tmpdir(), "chittyops-outbox-"));
});

const note = (outcome: DeploymentReport["outcome"] = "done") => {
  const log = new UpdateLog();
  log.counts.set("create", 2);
  return noteDeployment(target, {
    command: "up",
    startedAt,
    outcome,
    logs: [log],
    version: { commit: "0".repeat(40), modified: false },
  });
};

/** The real plane, which can be made to be away for some calls. */
async function planeAway(calls: number) {
  const plane = await nodePlane();
  let left = calls;
  return {
    ...plane,
    async send<T>(method: string, path: string, body: unknown, schema: z.ZodType<T>, key = ""): Promise<T> {
      left -= 1;
      if (left >= 0) throw new UserError("The operations plane does not answer.");
      const headers = { "idempotency-key": key };
      const response = await plane.request(path, { method, as: people.operator, body, headers });
      expect(response.status).toBe(201);
      return schema.parse(await response.json());
    },
  };
}

it("keeps what was deployed until the plane takes it, in order, each once", async () => {
  await note();
  await note("failed");
  expect(await reportsWait("dev")).toBe(true);
  const plane = await planeAway(1);
  expect(await sendDeployments(plane, "dev")).toBe("The operations plane does not answer.");
  expect(await reportsWait("dev")).toBe(true);
  expect(await sendDeployments(plane, "dev")).toBeUndefined();
  expect(await reportsWait("dev")).toBe(false);
  const taken = plane.audit.deployments("1970-01-01T00:00:00Z", "9999-12-31T00:00:00Z", 10);
  expect(taken.map((one) => deployment.parse(one))).toMatchObject([
    { stack: "chittyops/dev", family: "chittyos", outcome: "failed" },
    { command: "up", outcome: "done", changes: { created: 2, updated: 0, deleted: 0 }, recordedBy: people.operator },
  ]);
  expect(await sendDeployments(plane, "dev")).toBeUndefined();
  expect(plane.published).toHaveLength(2);
});

it("names the evidence of this very update, and none of one before", async () => {
  markRelease(target, {
    at: new Date(startedAt - 60_000).toISOString(),
    compliant: true,
    reasons: [],
    evidence: "a".repeat(64),
  });
  await note();
  markRelease(target, { at: new Date().toISOString(), compliant: true, reasons: [], evidence: "b".repeat(64) });
  await note();
  const plane = await planeAway(0);
  await sendDeployments(plane, "dev");
  const { records } = await plane.audit.page(0, 10);
  const evidence = records.filter(({ action }) => action === "deployment").map(({ details }) => details.policyEvidence);
  expect(evidence).toEqual([undefined, "b".repeat(64)]);
});

it("gives up files that are no reports, and the oldest of more than it keeps", async () => {
  mkdirSync(folder(), { recursive: true });
  for (let index = 0; index < 250; index += 1)
    writeFileSync(join(folder(), `2026-${String(index).padStart(4, "0")}.json`), "{");
  const plane = await planeAway(0);
  expect(await sendDeployments(plane, "dev")).toBeUndefined();
  expect(readdirSync(folder())).toEqual([]);
  expect(plane.published).toEqual([]);
});
