import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { EventPage } from "../../../contracts/ops-events.ts";
import { people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";

let plane: WorkerdPlane;
beforeAll(async () => {
  plane = await workerdPlane();
});
afterAll(() => plane?.dispose());

async function eventsOf(topic: string, as: string): Promise<string[]> {
  const response = await plane.request(`/api/v1/events?topic=${topic}`, { as });
  const { events } = (await response.json()) as EventPage;
  return events.map(({ event: { type, source, subject, family } }) => [type, source, subject, family].join(" "));
}

it("publishes what happens to children and rollouts to those of their family, in workerd", async () => {
  await plane.enrol([{ family: "cook-county", child: "court-1", version: "1" }]);
  const waves = [{ families: ["cook-county"], percent: 100 }];
  const body = { service: "lite-child", kind: "update", content: {}, waves };
  expect((await plane.request("/api/v1/rollouts", { as: people.operator, body })).status).toBe(201);
  for (const path of ["children/cook-county/court-1/revoke", "rollouts/lite-child/pause"]) {
    expect((await plane.request(`/api/v1/${path}`, { as: people.admin, method: "POST" })).status).toBe(200);
  }
  const child = (what: string) =>
    `cc.chitty.child.${what} http://ops.test/api/v1/children cook-county/court-1 cook-county`;
  const rollout = (what: string) => `cc.chitty.rollout.${what} http://ops.test/api/v1/rollouts lite-child cook-county`;
  await vi.waitFor(
    async () => {
      expect(await eventsOf("cc.chitty.child", people.clerk)).toEqual([child("enrolled"), child("revoked")]);
      expect(await eventsOf("cc.chitty.rollout", people.clerk)).toEqual([rollout("offered"), rollout("paused")]);
    },
    { timeout: 30_000, interval: 100 },
  );
});
