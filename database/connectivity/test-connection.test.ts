import { connect as connectSocket, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withConnection } from "../connect.ts";
import { startSecuredPostgres } from "../testing/secured-postgres.ts";
import type { ConnectionReport, StepResult } from "./connection-report.ts";
import { percentile } from "./latency.ts";
import { type TestConnectionOptions, testConnection } from "./test-connection.ts";

const secret = "canary/7?#%";
const encoded = encodeURIComponent(secret);
let postgres: Awaited<ReturnType<typeof startSecuredPostgres>>;
const uri = (role: string, parameters = "", database = "finance", port = postgres.port, host = "localhost") =>
  `postgresql://${role}:${encoded}@${host}:${port}/${database}${parameters}`;

beforeAll(async () => {
  postgres = await startSecuredPostgres({ max_connections: "20" });
  for (const role of ["owner", "app", "reader", "bare"])
    await postgres.query(`create role ${role} login password '${secret}'`);
  await postgres.query("create role crowded login connection limit 2 in role pg_read_all_data");
  await postgres.query(`alter role crowded password '${secret}'`);
  await postgres.query("create database finance owner owner");
  await postgres.query(
    `set role owner; create table entries (id int primary key); create table lines (id int primary key);
     grant select, insert, update, delete on entries, lines to app; grant select on entries to reader`,
    "finance",
  );
});
afterAll(() => postgres.stop());

async function test(target: string, options: TestConnectionOptions = {}): Promise<ConnectionReport> {
  const report = await testConnection(target, { rounds: 3, ...options });
  expect(JSON.stringify(report)).not.toMatch(/canary/);
  return report;
}
const states = ({ steps }: ConnectionReport) => Object.fromEntries(steps.map(({ step, state }) => [step, state]));
function step({ steps }: ConnectionReport, name: StepResult["step"]): StepResult {
  const found = steps.find(({ step }) => step === name);
  return found ?? expect.unreachable(`no step ${name}`);
}

describe("testConnection", () => {
  it("passes every step for a runtime role without DDL over verified TLS", async () => {
    const report = await test(uri("app", `?sslmode=verify-full&sslrootcert=${postgres.certificate}`), {
      purpose: "runtime",
    });
    expect(new Set(Object.values(states(report)))).toEqual(new Set(["passed"]));
    expect(report).toMatchObject({
      ok: true,
      target: `postgresql://app:***@localhost:${postgres.port}/finance`,
      tls: { protocol: "TLSv1.3", cipher: expect.stringContaining("TLS_"), certificate: "verified" },
      attempts: 1,
      server: { version: expect.stringMatching(/^18\./), readOnly: false },
      privileges: {
        role: "app",
        superuser: false,
        createsIn: [],
        createsSchemas: false,
        owns: [],
        tables: { total: 2, select: 2, insert: 2, update: 2, delete: 2 },
      },
      latency: { rounds: 3 },
      saturation: { allowed: 17, limit: { of: "server" } },
    });
  });

  it("passes an owner, and warns of a certificate that nobody checks", async () => {
    const report = await test(uri("owner", "?sslmode=require"), { purpose: "owner" });
    expect(report.ok).toBe(true);
    expect(states(report)).toMatchObject({ tls: "warning", privileges: "passed" });
    expect(report.tls?.certificate).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  it.each<[string, TestConnectionOptions["purpose"], string[]]>([
    [
      "owner",
      "runtime",
      ["may create schemas", "may create in schema public", "may change or drop public.entries, public.lines"],
    ],
    ["app", "reader", ["may write"]],
    ["app", "owner", ["may create in no schema"]],
    ["bare", "runtime", ["may read no table"]],
  ])("says what is wrong with the rights of %s as %s, and goes on", async (role, purpose, wrong) => {
    const report = await test(uri(role), purpose === undefined ? {} : { purpose });
    expect(report.ok).toBe(false);
    const { state, found, remedy } = step(report, "privileges");
    expect(state).toBe("failed");
    for (const what of wrong) expect(found).toContain(what);
    expect(remedy).not.toBe("");
    expect(states(report)).toMatchObject({ saturation: "passed" });
  });

  it("finds no fault in a role whose rights were put right by the remedy", async () => {
    await postgres.query("grant create on schema public to reader", "finance");
    const wrong = step(await test(uri("reader"), { purpose: "reader" }), "privileges");
    expect(wrong.state).toBe("failed");
    await postgres.query(wrong.remedy ?? "", "finance");
    expect(step(await test(uri("reader"), { purpose: "reader" }), "privileges").state).toBe("passed");
  });

  it("does not take a superuser for a runtime role", async () => {
    const report = await test(uri("postgres"), { purpose: "runtime" });
    expect(step(report, "privileges").found).toContain("is a superuser");
  });

  it.each<[string, () => string, StepResult["step"], string]>([
    ["a wrong password", () => uri("app").replace(encoded, "canary-other"), "authentication", "password for role app"],
    ["an unknown database", () => uri("app", "", "absent"), "authentication", "no database absent"],
    ["a port on which nobody listens", () => uri("app", "", "finance", 1), "tcp", "Nothing listens"],
    [
      "a host without address",
      () => uri("app", "", "finance", 1, `${"x".repeat(64)}.localhost`),
      "address",
      "has no address",
    ],
    ["an unknown authority", () => uri("app", "?sslmode=verify-full"), "tls", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["no URI at all", () => "canary", "address", "cannot be used"],
  ])("ends at its step for %s, with a remedy, and skips the rest", async (_what, target, at, told) => {
    const report = await test(target());
    const failed = report.steps.filter(({ state }) => state === "failed");
    expect(failed).toHaveLength(1);
    expect(failed).toMatchObject([
      { step: at, found: expect.stringContaining(told), remedy: expect.stringMatching(/./) },
    ]);
    expect(report.ok).toBe(false);
    expect(report.steps.at(-1)?.state).toBe(report.steps.length === 1 ? "failed" : "skipped");
  });

  it("says that a certificate is for another name, which sslmode=require with an authority allows", async () => {
    const other = await startSecuredPostgres({}, { name: "elsewhere.test", address: "127.0.0.9" });
    const at = `postgresql://postgres@127.0.0.1:${other.port}/postgres?sslrootcert=${other.certificate}&sslmode=`;
    const full = step(await test(`${at}verify-full`), "tls");
    expect(full).toMatchObject({ state: "failed", found: expect.stringContaining("does not hold for 127.0.0.1") });
    for (const mode of ["verify-ca", "require"])
      expect(states(await test(at + mode))).toMatchObject({ tls: "passed", authentication: "passed" });
    await other.stop();
  });

  it("says when a role has used up its connections, and warns before", async () => {
    await withConnection(uri("crowded"), { applicationName: "one" }, async () => {
      const near = await test(uri("crowded"));
      expect(near.saturation?.limit).toEqual({ of: "role", used: 2, allowed: 2 });
      expect(states(near)).toMatchObject({ saturation: "warning" });
      await withConnection(uri("crowded"), { applicationName: "two" }, async () => {
        const full = await test(uri("crowded"));
        expect(step(full, "authentication")).toMatchObject({
          state: "failed",
          found: expect.stringContaining("no connection left"),
        });
        expect(step(full, "authentication").remedy).toContain("pooled");
      });
    });
  });

  it("says that a session is read-only, which a runtime role cannot use", async () => {
    await postgres.query("alter role bare set default_transaction_read_only = on");
    const report = await test(uri("bare"), { purpose: "runtime" });
    expect(report.server?.readOnly).toBe("setting");
    expect(states(report)).toMatchObject({ server: "failed" });
    expect(states(await test(uri("bare")))).toMatchObject({ server: "passed" });
  });

  it("asks an endpoint again that is waking, but not for ever", async () => {
    const front = await startWaking(3);
    const report = await test(uri("app", "?sslmode=disable", "finance", front.port));
    expect(report).toMatchObject({ ok: true, attempts: 4 });
    expect(step(report, "authentication").found).toContain("waking");
    await front.close();
    const never = await startWaking(Number.POSITIVE_INFINITY);
    const given = await test(uri("app", "?sslmode=disable", "finance", never.port), { wakeTimeout: 300 });
    expect(given.attempts).toBeGreaterThan(1);
    expect(step(given, "authentication")).toMatchObject({
      state: "failed",
      found: expect.stringContaining("not ready yet"),
    });
    await never.close();
  });

  it("ends when it is told to", async () => {
    const never = await startWaking(Number.POSITIVE_INFINITY);
    const stop = new AbortController();
    const report = test(uri("app", "?sslmode=disable", "finance", never.port), { signal: stop.signal });
    await expect.poll(() => never.asked()).toBeGreaterThan(0);
    stop.abort();
    expect(step(await report, "authentication")).toMatchObject({
      state: "failed",
      found: "The connection was given up.",
    });
    await never.close();
  });
});

it("gives percentiles that were measured", () => {
  expect(percentile([5, 1, 3], 0.5)).toBe(3);
  expect(percentile([2, 1], 0.5)).toBe(1);
  expect(
    percentile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.95,
    ),
  ).toBe(95);
});

/** A front of the real Postgres that says "starting up" to its first sessions, as a proxy does while it wakes a compute. */
async function startWaking(times: number) {
  let asked = 0;
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (startup) => {
      if (asked++ >= times) {
        const real = connectSocket(postgres.port, "127.0.0.1");
        real.on("error", () => socket.destroy());
        real.write(startup);
        socket.pipe(real).pipe(socket);
        return;
      }
      const fields = Buffer.from("SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0");
      const head = Buffer.alloc(5);
      head.write("E");
      head.writeInt32BE(fields.length + 4, 1);
      socket.end(Buffer.concat([head, fields]));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, asked: () => asked, close: () => new Promise((done) => server.close(done)) };
}
