import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { escapeLiteral } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConnectionFailed } from "../connection-failed.ts";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { connectionTo } from "./connection.ts";
import { rejection } from "./testing/migrated-database.ts";

const canary = "canary-4f1d";
let folder: string;
let postgres: ThrowawayPostgres;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tls-"));
  const files = { cert: join(folder, "server.crt"), key: join(folder, "server.key") };
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost",
      "-keyout",
      files.key,
      "-out",
      files.cert,
    ],
    { stdio: "ignore" },
  );
  postgres = await startThrowawayPostgres({ ssl: "on", ssl_cert_file: files.cert, ssl_key_file: files.key });
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

async function encrypted(uri: string): Promise<boolean> {
  const client = await connectionTo(uri).open();
  const { rows } = await client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
  await client.end();
  return rows[0]?.ssl === true;
}

it("takes sslmode as libpq does: require accepts a self-signed certificate, verify-full verifies it and the host", async () => {
  const uri = (host: string, parameters: string) =>
    `postgresql://postgres@${host}:${postgres.port}/postgres?${parameters}`;
  const root = `sslrootcert=${encodeURIComponent(join(folder, "server.crt"))}`;
  expect(await encrypted(uri("127.0.0.1", "sslmode=require"))).toBe(true);
  expect(await encrypted(uri("127.0.0.1", ""))).toBe(true);
  expect(await encrypted(uri("127.0.0.1", "sslmode=disable"))).toBe(false);
  expect(await encrypted(uri("localhost", `sslmode=verify-full&${root}`))).toBe(true);
  expect(await encrypted(uri("127.0.0.1", `sslmode=verify-ca&${root}`))).toBe(true);
  const strange = await rejection(encrypted(uri("localhost", "sslmode=verify-full")));
  expect(strange).toMatchObject({ name: "ConnectionFailed", transient: false });
  expect(strange.message).toContain("self-signed certificate");
  expect((await rejection(encrypted(uri("127.0.0.1", `sslmode=verify-full&${root}`)))).message).toMatch(/altnames/i);
});

it("connects with a role, a password and a database of any characters", async () => {
  const sign = fc.constantFrom(..."aZ0 %@:/?#[]!$&'()*+,;=\"\\`|<>^{}~-_.äß漢\u{1f511}");
  const word = fc.string({ unit: sign, minLength: 1, maxLength: 12 });
  const admin = await connectionTo(postgres.url()).open();
  const { rows: files } = await admin.query("show hba_file");
  writeFileSync(
    String(files[0]?.hba_file),
    "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
  );
  await admin.query("select pg_reload_conf()");
  const name = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const database = "fi%20na/nce \"@:?#&'é";
  await admin.query(`create database ${name(database)}`);
  await fc.assert(
    fc.asyncProperty(word, word, async (role, password) => {
      await admin.query(`drop role if exists ${name(role)}`);
      await admin.query(`create role ${name(role)} login password ${escapeLiteral(password)}`);
      const [user, secret, path] = [role, password, database].map(encodeURIComponent);
      const uri = (end: string) => `postgresql://${user}:${secret}${end}@127.0.0.1:${postgres.port}/${path}`;
      expect((await rejection(connectionTo(uri("x")).open())).message).toContain("is wrong");
      const client = await connectionTo(uri("")).open();
      const { rows } = await client.query("select current_user as role, current_database() as database");
      expect(rows).toEqual([{ role, database }]);
      await client.end();
      await admin.query(`drop role ${name(role)}`);
    }),
    { numRuns: 15, seed: Number(process.env.CHITTYOPS_TEST_SEED) },
  );
  await admin.end();
});

it("names the application, and shows its secret to nobody", async () => {
  const connection = connectionTo(`postgresql://postgres:${canary}@127.0.0.1:${postgres.port}/postgres`);
  const client = await connection.open();
  expect((await client.query("show application_name")).rows).toEqual([{ application_name: "chittyops migrate" }]);
  for (const shown of [connection, client]) expect(inspect(shown, { depth: 20 })).not.toContain(canary);
  expect(JSON.stringify(connection)).not.toContain(canary);
  await client.end();
});

it.each([
  `postgresql://postgres:${canary}@127.0.0.1:1/postgres`,
  `postgresql://postgres:${canary}@no-such-host.invalid/postgres`,
  `postgresql://postgres:${canary}#x@127.0.0.1/postgres`,
  `postgresql://postgres:${canary}%zz@127.0.0.1/postgres`,
  `postgresql://postgres:${canary}@127.0.0.1/`,
  `mysql://postgres:${canary}@127.0.0.1/postgres`,
  `postgresql://postgres:${canary}@127.0.0.1/postgres?sslmode=verify`,
  `postgresql://postgres:${canary}@127.0.0.1/postgres?connect_timeout=soon`,
  `postgresql://postgres:${canary}@127.0.0.1/postgres?sslmode=verify-full&sslrootcert=/nowhere`,
  canary,
])("says why a connection fails without its secret", async (uri) => {
  const error = await rejection(Promise.resolve().then(() => connectionTo(uri).open()));
  expect(error).toBeInstanceOf(ConnectionFailed);
  expect(inspect(error, { depth: 20 })).not.toContain(canary);
});

it("stops connecting when aborted", async () => {
  const controller = new AbortController();
  const opening = connectionTo(postgres.url()).open(controller.signal);
  controller.abort(new Error("The user pressed Ctrl-C."));
  expect((await rejection(opening)).message).toBe("The user pressed Ctrl-C.");
});

it("knows Neon's pooled hosts by their name", () => {
  const pooled = (host: string) => connectionTo(`postgresql://app:secret@${host}/finance?sslmode=require`).pooled;
  expect(pooled("ep-cool-sun-1234-pooler.eu-central-1.aws.neon.tech")).toBe(true);
  expect(pooled("ep-cool-sun-1234.eu-central-1.aws.neon.tech")).toBe(false);
});
