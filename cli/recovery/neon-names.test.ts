import Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApi } from "../../providers/neon/api/open-api.ts";
import { neon } from "../../providers/neon/provider.ts";
import { type EmbeddedNeon, embeddedNeon } from "../../providers/neon/testing/embedded-neon.ts";
import { operate } from "../../providers/testing/operate.ts";
import type { Clouds } from "../cloud/clouds.ts";
import { adopt } from "./deployment.ts";
import { judge } from "./interrupted-creates.ts";

let cloud: EmbeddedNeon;
let clouds: Clouds;
beforeAll(async () => {
  cloud = await embeddedNeon();
  clouds = { cloudflare: new Cloudflare({ apiToken: "t" }), neon: openApi(cloud) };
}, 120_000);
afterAll(() => cloud.stop());

const everything = { everything: true, since: 0 };
const stateOf = (type: string, inputs: Record<string, unknown>) => ({ urn: `urn:${type}`, type, custom: true, inputs });

describe("what an interrupted run made at Neon", () => {
  it("is found by its name, taken into the state, and complete after it was read", async () => {
    const make = async (kind: string, inputs: Record<string, string | number>) => {
      const type = `neon:index:${kind}`;
      const config = { apiKey: cloud.apiKey, baseUrl: cloud.baseUrl };
      const resource = operate(neon({ retryDelayMs: 10 }), config, type);
      expect(await judge(clouds, {}, stateOf(type, inputs), everything)).toMatchObject({ kind: "forget" });
      const made = await resource.create(inputs);
      const verdict = await judge(clouds, {}, stateOf(type, inputs), everything);
      expect(verdict).toMatchObject({ kind: "adopt", found: { id: made.id }, doubles: [] });
      const before = { everything: false, since: Date.now() + 3_600_000 };
      expect(await judge(clouds, {}, stateOf(type, inputs), before)).toMatchObject({ kind: "foreign" });
      const state = verdict.kind === "adopt" ? adopt({}, verdict.resource, verdict.found) : {};
      expect(await judge(clouds, state, stateOf(type, inputs), everything)).toMatchObject({ kind: "forget" });
      // What the refresh that follows finds.
      const read = await resource.read({ id: made.id, inputs, outputs: inputs });
      expect(read).toEqual({ ...made, inputs });
      return made;
    };
    const project = await make("Project", { name: "finance", regionId: "aws-us-east-2", pgVersion: 18 });
    const at = { projectId: project.id, branchId: String(project.outputs.defaultBranchId) };
    await make("Role", { ...at, name: "app" });
    await make("Database", { ...at, name: "audit", ownerName: "app" });
    const branch = await make("Branch", { projectId: project.id, name: "preview" });
    await make("Endpoint", { projectId: project.id, branchId: branch.id, type: "read_write" });
  });

  it("is nothing where the project it belongs to was never made", async () => {
    const role = stateOf("neon:index:Role", { projectId: "nobody-knows-17", branchId: "br-nobody-17", name: "app" });
    expect(await judge(clouds, {}, role, everything)).toMatchObject({ kind: "forget" });
  });
});
