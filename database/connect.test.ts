import { createServer } from "node:net";
import { escapeLiteral } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectOptions, connect, withConnection } from "./connect.ts";
import { ConnectionFailed, type ConnectionFailure } from "./connection-failed.ts";
import { startSecuredPostgres } from "./testing/secured-postgres.ts";
import { startThrowawayPostgres } from "./testing/throwaway-postgres.ts";

const password = "canary /?#%@:'\"\\é";
const encoded = encodeURIComponent(password);
const options: ConnectOptions = { applicationName: "connect test", connectTimeout: 10_000 };
let postgres: Awaited<ReturnType<typeof startSecuredPostgres>>;
const uri = (role: string, parameters = "", secret = encoded, database = "postgres", host = "127.0.0.1") =>
  `postgresql://${role}:${secret}@${host}:${postgres.port}/${database}${parameters}`;

beforeAll(async () => {
  postgres = await startSecuredPostgres();
  for (const role of ["app", "tls_only", "plain_text"])
    await postgres.query(`create role ${role} login password ${escapeLiteral(password)}`);
  await postgres.query("create database closed");
  await postgres.query("revoke connect on database closed from public");
  await postgres.createDatabase("used_up");
  await postgres.query(
    `create function refuse() returns event_trigger language plpgsql as $$ begin
       raise exception using errcode = 'XX000', message = 'Your project has exceeded the compute time quota. Upgrade your plan to increase limits.';
     end $$;
     create event trigger refuse on login execute function refuse()`,
    "used_up",
  );
});
afterAll(() => postgres.stop());

async function failure(uri: string, given = options): Promise<ConnectionFailed> {
  const error = await connect(uri, given).then(
    () => expect.unreachable("connected"),
    (error: unknown) => error,
  );
  if (!(error instanceof ConnectionFailed)) throw error;
  const told = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
  for (const secret of [password, encoded, "canary"]) expect(told).not.toContain(secret);
  return error;
}

const session = `select ssl, version, current_setting('application_name') as application
  from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid()`;

describe("connect", () => {
  it.each([
    ["", true],
    ["?sslmode=disable", false],
    ["?sslmode=prefer", true],
    ["?sslmode=require", true],
    ["?sslmode=require&channel_binding=require", true],
    ["?sslmode=verify-ca&sslrootcert={authority}", true],
    ["?sslmode=require&sslrootcert={authority}", true],
    ["?sslmode=verify-full&sslrootcert={authority}", true],
  ])("opens a session for a password of odd characters with %j", async (parameters, ssl) => {
    const { rows } = await withConnection(
      uri("app", parameters.replace("{authority}", postgres.certificate), encoded, "postgres", "localhost"),
      options,
      (client) => client.query(session),
    );
    expect(rows).toEqual([{ ssl, version: ssl ? "TLSv1.3" : null, application: "connect test" }]);
  });

  it.each<[ConnectionFailure, () => string]>([
    ["certificate", () => uri("app", "?sslmode=verify-full")],
    ["certificate", () => uri("app", "?sslmode=verify-ca&sslrootcert=system")],
    ["certificate", () => uri("app", "?sslmode=require&sslrootcert=/nowhere.pem")],
    ["wrong-password", () => uri("app", "", "canary-of-another")],
    ["wrong-password", () => uri("nobody")],
    ["unknown-database", () => uri("app", "", encoded, "absent")],
    ["not-allowed", () => uri("app", "", encoded, "closed")],
    ["quota", () => uri("app", "", encoded, "used_up")],
    ["tls-required", () => uri("tls_only", "?sslmode=disable")],
    ["channel-binding", () => uri("plain_text", "?sslmode=require&channel_binding=require")],
    ["channel-binding", () => uri("app", "?sslmode=disable&channel_binding=require")],
    ["malformed-uri", () => uri("app", "?sslmode=maybe")],
    ["malformed-uri", () => "postgresql://app:canary%zz@localhost/app"],
    ["malformed-uri", () => "mysql://app:canary@localhost/app"],
    ["malformed-uri", () => "canary"],
    // A label may not be longer than 63 characters, so no name server is asked.
    ["unknown-host", () => `postgresql://app:canary@${"x".repeat(64)}.localhost/app`],
  ])("says %s, a remedy and no secret", async (reason, target) => {
    const error = await failure(target());
    expect(error.reason).toBe(reason);
    expect(error.remedy).not.toBe("");
  });

  it("says that a role has no password to give", async () => {
    expect((await failure(`postgresql://app@127.0.0.1:${postgres.port}/postgres`)).reason).toBe("no-password");
  });

  it("says that nothing listens, and that nobody answers", async () => {
    const server = createServer((socket) => socket.resume());
    const port = await new Promise<number>((done) =>
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        done(typeof address === "object" && address ? address.port : 0);
      }),
    );
    const silent = await failure(`postgresql://app:${encoded}@127.0.0.1:${port}/app`, {
      ...options,
      connectTimeout: 50,
    });
    expect(silent.reason).toBe("timeout");
    await new Promise((done) => server.close(done));
    expect((await failure(`postgresql://app:${encoded}@127.0.0.1:${port}/app`)).reason).toBe("refused");
  });

  it("demands TLS of a server that has none, and does without where it is only preferred", async () => {
    const without = await startThrowawayPostgres();
    expect((await failure(without.url().concat("?sslmode=require"))).reason).toBe("tls-refused");
    const { rows } = await withConnection(without.url(), options, (client) => client.query(session));
    expect(rows).toMatchObject([{ ssl: false }]);
    await without.stop();
  });

  it("gives up a running query when told to, and leaves no listener behind", async () => {
    const stop = new AbortController();
    const client = await connect(uri("app"), { ...options, signal: stop.signal });
    const endless = client.query("select pg_sleep(600)");
    stop.abort();
    await expect(endless).rejects.toThrow("given up");
    expect((await failure(uri("app"), { ...options, signal: stop.signal })).reason).toBe("aborted");
  });

  it("limits a statement where asked", async () => {
    const slow = withConnection(uri("app"), { ...options, statementTimeout: 20 }, (client) =>
      client.query("select pg_sleep(600)"),
    );
    await expect(slow).rejects.toThrow("statement timeout");
  });
});
