import type { Command } from "commander";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Receiver, receiver } from "../../../runtime/ops/testing/receiver.ts";
import { people, type WorkerdPlane, workerdPlane } from "../../../runtime/ops/testing/workerd-plane.ts";
import type { Plane } from "../../ops/plane-client.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { UserError } from "../../user-error.ts";
import { alertsCommand } from "../alerts/index.ts";
import { eventsCommand } from "../events/index.ts";
import { operationsCommand } from "../operations/index.ts";
import { incidentsCommand } from "./index.ts";

vi.mock("../../ops/plane-for.ts", { spy: true });

let plane: WorkerdPlane;
let target: Receiver;
let printed: string;
beforeAll(async () => {
  plane = await workerdPlane();
  target = await receiver();
  const as = people.admin;
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await plane.request(path, { as, method, ...(body !== undefined && { body }) });
    const text = await response.text();
    if (response.status >= 400) throw new UserError(`${method} ${path}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
  const signedIn: Pick<Plane, "get" | "send"> = {
    get: async (path, schema) => schema.parse(await ask("GET", path)),
    send: async (method, path, body, schema) => schema.parse(await ask(method, path, body)),
  };
  vi.mocked(planeFor).mockResolvedValue(signedIn as Plane);
});
afterAll(async () => {
  await plane?.dispose();
  await target?.close();
});
beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

async function run(command: () => Command, ...args: string[]): Promise<string> {
  printed = "";
  await command().parseAsync(args, { from: "user" });
  return printed;
}
const eventually = <T>(check: () => T | Promise<T>) => vi.waitUntil(check, { timeout: 20_000, interval: 50 });

describe("on call, at the command line, with the plane in workerd", () => {
  it("opens an incident, works on it, and reviews it", async () => {
    const open = ["open", "Filing\u001b[2J stands still", "--family", "cook-county", "--severity", "minor", "--json"];
    const { id } = JSON.parse(await run(incidentsCommand, ...open));
    await run(incidentsCommand, "ack", id, "--note", "looking");
    await run(incidentsCommand, "escalate", id, "--reason", "the court calls", "--severity", "major");
    await run(incidentsCommand, "note", id, "--text", "only Chicago");
    const listed = await run(incidentsCommand, "list", "--family", "cook-county");
    expect(listed).toMatch(/inc-\d+ +major +acknowledged +cook-county/);
    expect(listed).not.toContain("\u001b[2J");
    await run(incidentsCommand, "resolve", id, "--resolution", "restarted");
    await run(incidentsCommand, "review", id, "--summary", "stuck", "--cause", "no timeout", "--action", "add one");
    const shown = await run(incidentsCommand, "show", id);
    expect(shown).toMatch(/only Chicago[\s\S]*restarted[\s\S]*Review: stuck[\s\S]*to do: add one/);
    expect(await run(incidentsCommand, "list", "--resolved")).toContain(id);
    const errors = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await run(incidentsCommand, "ack", id)).toBe("");
    expect([process.exitCode, errors.mock.calls.join("")]).toEqual([1, expect.stringContaining("is resolved")]);
    process.exitCode = 0;
    errors.mockRestore();
  });

  it("says who is told of what, and tells", async () => {
    const added = await run(alertsCommand, "destinations", "add", "webhook", "ops", "--url", `${target.url}/ops`);
    expect(added).toMatch(/shown once:\nwhsec_/);
    expect(await run(alertsCommand, "destinations", "list")).not.toContain("whsec_");
    expect(await run(alertsCommand, "destinations", "rotate", "ops")).toMatch(/shown once:\nwhsec_/);
    await run(alertsCommand, "routes", "set", "all", "--to", "ops", "--severity", "critical", "--group-wait", "0");
    expect(await run(alertsCommand, "routes", "list")).toMatch(/all +critical +ops/);
    const rule = ["--topic", "cc.invoice.failed", "--title", "Invoices fail", "--family", "chittyos"];
    await run(alertsCommand, "rules", "set", "invoices", ...rule, "--severity", "critical");
    expect(await run(alertsCommand, "rules", "list")).toContain("1 of cc.invoice.failed");
    const silence = ["add", "--source", "sync", "--for", "2h", "--reason", "works", "--json"];
    const { id } = JSON.parse(await run(alertsCommand, "silences", ...silence));
    expect(await run(alertsCommand, "silences", "list")).toContain(id);
    await run(alertsCommand, "silences", "remove", id);
    expect(await run(alertsCommand, "silences", "list")).toContain("Nothing is silenced");
    vi.stubEnv("CHITTYOPS_HEARTBEAT_URL", `${target.url}/beat`);
    expect(await run(alertsCommand, "heartbeat", "--set", "--every", "60")).toContain("every 60 s");
    expect(await run(alertsCommand, "heartbeat", "--none")).toContain("no outside switch");

    await run(eventsCommand, "publish", "cc.invoice.failed", "--subject", "invoices/7", "--data", '{"by":"ann"}');
    await eventually(() => target.received.some(({ path, body }) => path === "/ops" && body.includes("Invoices fail")));
    expect(await run(eventsCommand, "list", "--topic", "cc.invoice")).toMatch(/cc\.invoice\.failed +invoices\/7/);
    expect(await run(alertsCommand, "dead-letters", "ops")).toContain("None.");
    for (const [group, name] of [
      ["routes", "all"],
      ["rules", "invoices"],
    ] as const) {
      await run(alertsCommand, group, "remove", name);
    }
    await run(alertsCommand, "destinations", "remove", "ops", "--yes");
  });

  it("subscribes to events, and sends again what did not arrive", async () => {
    const gone = await receiver((_, response, count) => void response.writeHead(count === 1 ? 410 : 204).end());
    try {
      await run(eventsCommand, "subscribe", "books", gone.url, "--topic", "cc.books");
      await run(eventsCommand, "publish", "cc.books.closed");
      await eventually(async () => (await run(eventsCommand, "subscriptions")).includes("disabled"));
      expect(await run(eventsCommand, "dead-letters", "books")).toContain("cc.books.closed");
      expect(await run(eventsCommand, "replay", "books", "--enable")).toContain("1 are on their way");
      await eventually(() => gone.received.length === 2);
      const [, secret = ""] = /(whsec_\S+)/.exec(await run(eventsCommand, "rotate", "books", "--overlap", "2h")) ?? [];
      const [, newer = ""] = /(whsec_\S+)/.exec(await run(eventsCommand, "rotate", "books")) ?? [];
      await run(eventsCommand, "publish", "cc.books.opened");
      await eventually(() => gone.received.length === 3);
      const { body = "", headers } = gone.received[2] ?? {};
      for (const one of [secret, newer]) {
        expect(new Webhook(one).verify(body, headers as never)).toMatchObject({ type: "cc.books.opened" });
      }
      vi.stubEnv("CHITTYOPS_WEBHOOK_SECRET", secret);
      expect(await run(eventsCommand, "rotate", "books", "--no-overlap")).not.toContain("whsec_");
      await run(eventsCommand, "publish", "cc.books.closed");
      await eventually(() => gone.received.length === 4);
      expect(gone.received[3]?.headers["webhook-signature"]).toMatch(/^v1,\S+$/);
      await run(eventsCommand, "unsubscribe", "books", "--yes");
    } finally {
      await gone.close();
    }
  });

  it("starts an operation and cancels it", async () => {
    const args = ["start", "chittyfinance", "--reason", "new schema", "--stack", "chittyops/local", "--json"];
    const { id } = JSON.parse(await run(operationsCommand, ...args));
    expect(await run(operationsCommand, "list")).toMatch(new RegExp(`${id} +running`));
    expect(await run(operationsCommand, "cancel", id)).toContain("being undone");
  });
});
