import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { connect as dial, type Socket } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { connect as dialTls } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, connect, openTestFleet, type TestFleet, until } from "./testing/test-fleet.ts";
import type { EndpointPorts } from "./types.ts";
import { readFirstPacket, startupPacket } from "./wire.ts";

let test: TestFleet;
let ports: EndpointPorts;
beforeAll(async () => {
  test = await openTestFleet();
  ports = await test.branch("br-listened");
});
afterAll(async () => {
  await test.close();
});

it("refuses a connection without TLS in Neon's words", async () => {
  await expect(connect(ports.direct, { ssl: false })).rejects.toMatchObject({
    message: "connection is insecure (try using `sslmode=require`)",
  });
});

it("understands the URL that Neon hands out", async () => {
  const connectionString = `postgresql://app:app@127.0.0.1:${ports.direct}/app?sslmode=require&uselibpqcompat=true`;
  const config = { connectionString, ssl: undefined as never };
  expect(await ask(ports.direct, "SELECT 1 AS one", config)).toEqual([{ one: 1 }]);
});

it("has a certificate that a client can check, and a key that only its user can read", async () => {
  const file = join(test.directory, "tls.json");
  const { cert } = JSON.parse(readFileSync(file, "utf8"));
  expect(statSync(file).mode & 0o077).toBe(0);
  const certificate = new X509Certificate(cert);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  const ssl = { ca: cert, rejectUnauthorized: true, servername: "localhost" };
  expect(await ask(ports.direct, "SELECT 1 AS one", { ssl })).toEqual([{ one: 1 }]);
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
});

it("speaks TLS at once with clients that begin with it", async () => {
  const socket = dialTls({
    host: "127.0.0.1",
    port: ports.direct,
    rejectUnauthorized: false,
    ALPNProtocols: ["postgresql"],
  });
  const values = new Map([
    ["user", "app"],
    ["database", "app"],
  ]);
  socket.write(startupPacket(196_608, values));
  // R: the server asks for a password.
  expect(String.fromCharCode((await bytes(socket, 1))[0] ?? 0)).toBe("R");
  expect(socket.alpnProtocol).toBe("postgresql");
  socket.destroy();
});

it("takes Neon's endpoint option away and leaves the others", async () => {
  const options = "endpoint=ep-listened -c statement_timeout=1234 -c application_name=with\\ space";
  const [row] = await ask(
    ports.direct,
    "SELECT current_setting('statement_timeout') AS t, current_setting('application_name') AS n",
    { options },
  );
  expect(row).toEqual({ t: "1234ms", n: "with space" });
});

it("cancels a query", async () => {
  const client = await connect(ports.direct);
  const running = client.query("SELECT pg_sleep(600)");
  running.catch(() => {});
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  await until(async () => {
    const found = await ask(
      ports.direct,
      `SELECT FROM pg_stat_activity WHERE pid = ${processID} AND wait_event = 'PgSleep'`,
    );
    return found.length === 1;
  });
  const packet = Buffer.alloc(16);
  for (const [index, value] of [16, 80_877_102, processID, secretKey].entries()) packet.writeInt32BE(value, index * 4);
  const socket = dial(ports.direct, "127.0.0.1", () => socket.end(packet));
  await expect(running).rejects.toMatchObject({ code: "57014" });
  await client.end();
});

it("carries much in both directions unharmed", async () => {
  const client = await connect(ports.direct);
  const value = "0123456789abcdef".repeat(1 << 18);
  const { rows } = await client.query("SELECT $1::text AS value, md5($1) AS digest", [value]);
  expect(rows[0].value === value).toBe(true);
  expect(rows[0].digest).toBe(createHash("md5").update(value).digest("hex"));
  await client.end();
});

it("counts a session out however its client leaves", async () => {
  const client = await connect(ports.direct);
  await until(() => test.fleet.status("ep-listened").connections === 1);
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  await until(() => test.fleet.status("ep-listened").connections === 0);
});

it("survives whatever bytes come, and serves the next client", async () => {
  const starts = [
    [],
    [0, 0, 0, 8, 4, 210, 22, 47],
    [0, 0, 0, 8, 4, 210, 22, 48],
    [0x16, 3, 1],
    [0, 0, 0, 8, 4, 210, 22, 46],
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), async (start, rest) => {
      const socket = dial(ports.direct, "127.0.0.1");
      socket.on("error", () => {});
      socket.resume();
      const closed = new Promise((done) => socket.once("close", done));
      socket.end(Buffer.concat([Buffer.from(start), rest]));
      await closed;
    }),
    { numRuns: 60 },
  );
  expect(await ask(ports.direct, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

it("reads the parameters it has written", async () => {
  const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((value) => !value.includes("\0"));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(text, text), async (values) => {
      const parameters = new Map(Object.entries(values));
      const stream = Readable.from([startupPacket(196_608, parameters)], { objectMode: false });
      expect(await readFirstPacket(stream)).toEqual({ kind: "startup", version: 196_608, parameters });
    }),
    { numRuns: 100 },
  );
});

function bytes(socket: Socket, count: number): Promise<Buffer> {
  return new Promise((done, failed) => {
    let all = Buffer.alloc(0);
    socket.on("error", failed);
    socket.on("data", (chunk: Buffer) => {
      all = Buffer.concat([all, chunk]);
      if (all.length >= count) done(all);
    });
  });
}
