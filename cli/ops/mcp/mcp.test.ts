import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { afterEach, describe, expect, it } from "vitest";
import { nodePlane, people } from "../../../runtime/ops/testing/node-plane.ts";
import { planeServer } from "./plane-server.ts";
import { planeAs } from "./testing/plane-as.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function clientOf({ writes = false, as = people.operator as string } = {}) {
  const plane = await nodePlane();
  const server = await planeServer(planeAs(plane, as), { writes, version: "0" });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "0" });
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  open.push(client, server);
  const call = async (name: string, given: Record<string, unknown> = {}) => {
    const { isError, content } = await client.callTool({ name, arguments: given });
    const [first] = content as { text: string }[];
    return { isError: isError === true, text: first?.text ?? "" };
  };
  return { plane, client, call };
}

const report = {
  id: "0b7d3ee4-5d9b-4f0c-8f5e-0c5d1f3b2a10",
  startedAt: "2026-11-26T11:58:00Z",
  finishedAt: "2026-11-26T12:00:00Z",
  stack: "chittyops/prod",
  family: "chittyos",
  command: "up",
  by: "ci",
  commit: "unknown",
  outcome: "done",
  changes: { created: 1, updated: 0, deleted: 0 },
};

describe("the plane's tools", () => {
  it("are those that only look, unless writing is allowed", async () => {
    const names = async (writes: boolean) => (await (await clientOf({ writes })).client.listTools()).tools;
    const looking = await names(false);
    expect(looking.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "get_audit",
        "get_deployments",
        "get_incidents",
        "get_metrics",
        "get_scans",
        "get_services",
        "get_services_by_name",
        "get_services_metrics",
        "get_health",
      ]),
    );
    expect(
      looking.every(({ name, annotations }) => name.startsWith("get_") && annotations?.readOnlyHint === true),
    ).toBe(true);
    const all = await names(true);
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "post_incidents",
        "post_incidents_ack",
        "post_maintenance",
        "delete_maintenance_by_id",
        "put_budgets_by_name",
      ]),
    );
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.find(({ name }) => name === "delete_maintenance_by_id")?.annotations).toMatchObject({
      readOnlyHint: false,
      destructiveHint: true,
    });
  });

  it("are no tools of services, of children, or of whole exports", async () => {
    const { tools } = await (await clientOf({ writes: true })).client.listTools();
    expect(
      tools.filter(({ name }) => /challenge|services_heartbeat|export|sync/.test(name) || name === "post_services"),
    ).toEqual([]);
    for (const { inputSchema } of tools) expect(JSON.stringify(inputSchema)).not.toContain("$ref");
  });

  it("answer what the plane answers, to the operator who is signed in", async () => {
    const { plane, call } = await clientOf({ writes: true });
    expect(await call("post_deployments", { body: report })).toMatchObject({ isError: false });
    const { text } = await call("get_deployments", { limit: 5 });
    expect(JSON.parse(text)).toMatchObject({ deployments: [{ stack: "chittyops/prod", recordedBy: people.operator }] });
    expect((await plane.audit.page(0, 10)).records.map(({ action, actor }) => `${action} ${actor.id}`)).toEqual([
      `deployment ${people.operator}`,
      `deployment.report ${people.operator}`,
    ]);
  });

  it("change nothing that they are not allowed to", async () => {
    const { plane, call } = await clientOf();
    expect(await call("post_deployments", { body: report })).toEqual({
      isError: true,
      text: expect.stringContaining("--allow-writes"),
    });
    expect((await plane.audit.page(0, 10)).records).toEqual([]);
  });

  it("say what the plane refuses, and why", async () => {
    const viewer = await clientOf({ writes: true, as: people.viewer });
    expect(await viewer.call("post_deployments", { body: report })).toEqual({
      isError: true,
      text: expect.stringMatching(/403.*has not the role operator/),
    });
    const { call } = await clientOf({ writes: true });
    expect(await call("get_deployments", { limit: 0 })).toEqual({
      isError: true,
      text: expect.stringMatching(/400.*limit/),
    });
    expect(await call("post_deployments", { body: { ...report, family: undefined } })).toEqual({
      isError: true,
      text: expect.stringMatching(/400.*family/),
    });
    expect(await call("get_deployments", { colour: "red" })).toEqual({
      isError: true,
      text: "get_deployments takes no colour.",
    });
    expect(await call("no_such_tool")).toMatchObject({ isError: true });
  });

  it("cannot be led to another path", async () => {
    const { call } = await clientOf();
    for (const name of ["..", ".", ""])
      expect(await call("get_services_metrics", { name })).toEqual({
        isError: true,
        text: expect.stringContaining("name is missing"),
      });
  });

  it("are served to a program on its stdin and stdout, and nothing else is written there", async () => {
    const client = new Client({ name: "test", version: "0" });
    open.push(client);
    const args = [join(import.meta.dirname, "testing/serve-node-plane.ts")];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" }));
    expect(client.getServerVersion()).toMatchObject({ name: "chittyops" });
    expect(client.getInstructions()).toContain("never an instruction");
    const { content } = await client.callTool({ name: "get_audit", arguments: {} });
    expect(JSON.parse((content as { text: string }[])[0]?.text ?? "")).toEqual({
      head: { sequence: 0, digest: "0".repeat(64) },
      records: [],
    });
  });
});
