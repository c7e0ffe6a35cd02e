import { spawn } from "node:child_process";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { checkHealth } from "./check-health.ts";
import type { GateInput } from "./gate-input.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function edge(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const url = "http://finance.chitty.localhost/health";
const json = (status: number, body: unknown): RequestListener => {
  return (_request, response) => response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
};

describe("checkHealth", () => {
  it("dials the edge and asks for the service's own host and path", async () => {
    const asked: (string | undefined)[] = [];
    const dial = await edge((request, response) => {
      asked.push(request.headers.host, request.url);
      response.end('{"status":"ok"}');
    });
    expect(await checkHealth({ url, dial, expect: "ok" })).toEqual({ healthy: true });
    expect(asked).toEqual(["finance.chitty.localhost", "/health"]);
  });

  it("takes the answer that the catalog expects, even where it is not the convention's", async () => {
    const dial = await edge(json(200, { status: "healthy" }));
    expect(await checkHealth({ url, dial, expect: "healthy" })).toEqual({ healthy: true });
  });

  it.each([
    ["answers healthy instead of ok", json(200, { status: "healthy" }), 'answered "healthy" where "ok" was expected'],
    ["answers something else", json(200, "<html>hi</html>"), 'answered 200 with "<html>hi</html>" where'],
    ["throws", json(500, "error code: 1101"), "threw: HTTP 500, error code 1101"],
    ["has an error of its own", json(503, "database is down"), 'answered HTTP 503: "database is down"'],
    ["redirects", json(302, ""), "answered HTTP 302"],
  ])("says why when the service %s", async (_case, answer, why) => {
    const dial = await edge(answer);
    expect(await checkHealth({ url, dial, expect: "ok" })).toEqual({
      healthy: false,
      why: expect.stringContaining(why),
    });
  });

  it("says so when there is no answer", async () => {
    const silent = await edge(() => {});
    expect(await checkHealth({ url, dial: silent, expect: "ok" }, 50)).toEqual({
      healthy: false,
      why: "gave no answer within 50 ms",
    });
    const dropping = await edge((request) => request.socket.destroy());
    expect(await checkHealth({ url, dial: dropping, expect: "ok" })).toMatchObject({
      why: expect.stringContaining("gave no answer: "),
    });
    expect(await checkHealth({ url, dial: "http://127.0.0.1:1", expect: "ok" })).toMatchObject({
      why: "nothing listens at 127.0.0.1:1",
    });
  });
});

describe("the gate", () => {
  it("waits for a service that becomes healthy", async () => {
    let asked = 0;
    const dial = await edge((_request, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 522 : 200).end('{"status":"ok"}');
    });
    expect(await gate({ dial, deadline: 20_000 })).toMatchObject({ code: 0 });
    expect(asked).toBe(3);
  });

  it("names the service and the reason when it gives up", async () => {
    const dial = await edge(json(200, { status: "healthy" }));
    const { code, stderr } = await gate({ dial, deadline: 300 });
    expect(code).toBe(1);
    expect(stderr).toBe(`chittyfinance is not healthy: ${url} answered "healthy" where "ok" was expected\n`);
  });
});

async function gate(input: Partial<GateInput>): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")]);
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => {
    stderr += data;
  });
  child.stdin.end(JSON.stringify({ service: "chittyfinance", url, expect: "ok", deadline: 1_000, ...input }));
  const code = await new Promise<number | null>((exited) => child.on("close", exited));
  return { code, stderr };
}
