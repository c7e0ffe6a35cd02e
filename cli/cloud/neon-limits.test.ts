import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApi } from "../../providers/neon/api/open-api.ts";
import { type EmbeddedNeon, embeddedNeon } from "../../providers/neon/testing/embedded-neon.ts";
import type { Clouds } from "./clouds.ts";
import { describeLimit, neonLimits, requireRoom } from "./neon-limits.ts";

describe("limits of Neon", () => {
  let neon: EmbeddedNeon;
  const signal = new AbortController().signal;
  const limits = (newProjects: number, now?: number) => {
    const clouds = { neon: openApi({ apiKey: neon.apiKey, baseUrl: neon.baseUrl }) } as Clouds;
    return neonLimits(clouds, { newProjects, signal, ...(now === undefined ? {} : { now }) });
  };
  beforeAll(async () => {
    neon = await embeddedNeon({ limits: { projects: 4 } });
    for (const name of ["one", "two"]) {
      await neon.client.createProject({
        project: { name, org_id: neon.orgId, settings: { quota: { compute_time_seconds: name === "two" ? 7200 : 0 } } },
      });
    }
  });
  afterAll(() => neon.stop());

  it("count what there is and what the plan adds, and say when the next limit is met", async () => {
    const found = await limits(1, Date.now() + 1000);
    expect(found).toHaveLength(2);
    const projects = found.find(({ what }) => what === "projects");
    expect(projects).toMatchObject({ used: 2, needed: 1, limit: 4, metOn: expect.stringMatching(/^\d{4}-/) });
    expect(describeLimit(projects ?? ({} as never))).toMatch(
      /^Neon projects: 2 of 4, 1 to make; the limit is met on \d{4}-\d\d-\d\d at this pace$/,
    );
    expect(found.find(({ what }) => what.startsWith("compute hours of two"))).toMatchObject({ limit: 2 });
    expect(() => requireRoom(found)).not.toThrow();
  });

  it("refuse a plan that needs more than there is, before anything is made", async () => {
    const found = await limits(3);
    expect(() => requireRoom(found)).toThrow("nothing was made");
    expect((await neon.client.listProjects({})).data.projects).toHaveLength(2);
  });
});
