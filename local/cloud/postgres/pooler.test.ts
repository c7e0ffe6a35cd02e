import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPgbouncer } from "./pooler.ts";
import { ask, connect, openTestFleet, type TestFleet, until } from "./testing/test-fleet.ts";
import type { EndpointPorts } from "./types.ts";

const installed = findPgbouncer();
// The alias is always tested; the real pooler where there is one.
const kinds = [["alias", undefined], ...(installed ? [["pgbouncer", installed] as const] : [])] as const;

describe.each(kinds)(
  `the pooled port as %s${installed ? "" : " (pgbouncer is not installed here)"}`,
  (kind, pgbouncer) => {
    let test: TestFleet;
    let ports: EndpointPorts;
    beforeAll(async () => {
      test = await openTestFleet({ pgbouncer });
      ports = await test.branch("br-pooled", { maxConnections: 12 });
    });
    afterAll(async () => {
      await test.close();
    });

    it("says which it is", () => {
      expect(test.fleet.pooler).toBe(kind);
    });

    it("starts what it needs at the first session and checks passwords", async () => {
      await test.fleet.suspendEndpoint("ep-pooled");
      await expect(connect(ports.pooled, { password: "wrong" })).rejects.toThrow(/authentication failed/);
      expect(await ask(ports.pooled, "SELECT current_user AS who")).toEqual([{ who: "app" }]);
      await test.fleet.setPassword("br-pooled", { name: "app", password: "changed" });
      await expect(connect(ports.pooled)).rejects.toThrow(/authentication failed/);
      expect(await ask(ports.pooled, "SELECT 1 AS one", { password: "changed" })).toEqual([{ one: 1 }]);
      await test.fleet.setPassword("br-pooled", { name: "app", password: "app" });
    });

    it("refuses the superuser and connections without TLS", async () => {
      await expect(connect(ports.pooled, { user: "cloud_admin", database: "postgres" })).rejects.toMatchObject({
        code: "28000",
      });
      await expect(connect(ports.pooled, { ssl: false })).rejects.toThrow("connection is insecure");
    });

    it("ends with the compute and comes back with it", async () => {
      const client = await connect(ports.pooled);
      const ended = new Promise((done) => client.once("end", done));
      await test.fleet.suspendEndpoint("ep-pooled");
      await ended;
      await until(
        () => JSON.parse(readFileSync(join(test.directory, "processes.json"), "utf8")).processes.length === 0,
      );
      expect(await ask(ports.pooled, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });

    it(
      kind === "alias" ? "has the limit of the direct port" : "lets in more clients than the server has room for",
      async () => {
        const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => connect(ports.pooled)));
        const clients = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
        expect(clients.length).toBe(kind === "alias" ? 5 : 20);
        const answers = await Promise.all(clients.map((client) => client.query("SELECT 1 AS one")));
        for (const { rows } of answers) expect(rows).toEqual([{ one: 1 }]);
        await Promise.all(clients.map((client) => client.end()));
      },
    );
  },
);
