import { describe, expect, it } from "vitest";
import { resolve } from "./resolve.ts";
import type { ServiceSpec } from "./schema/service.ts";
import { alpha, service, tail } from "./testing/alpha.ts";
import { wholeDatabase } from "./testing/whole-database.ts";

describe("a resolved database", () => {
  it("gives a database everything that it does not say, by environment and data class", () => {
    const database = (environment: string, raw: Partial<ServiceSpec> = {}) =>
      alpha(environment, { databases: [{ name: "big-books" }], ...raw }).databases[0];
    expect(database("local")).toEqual({
      name: "big-books",
      physicalName: "alpha-big-books-local",
      extensions: [],
      region: "aws-us-east-2",
      postgresVersion: 17,
      endpoint: { minCu: 0.25, maxCu: 0.5, suspendSeconds: 300 },
      quota: { computeSeconds: 0, storageBytes: 0, writtenBytes: 0, transferBytes: 0 },
      retentionSeconds: 21_600,
      allowedIps: [],
      roles: { owner: "big_books_owner", runtime: "big_books_app" },
      protected: false,
    });
    expect(database("prod")).toMatchObject({
      endpoint: { minCu: 0.5, maxCu: 4, suspendSeconds: 3_600 },
      retentionSeconds: 604_800,
      backup: { everySeconds: 86_400, keepSeconds: 2_592_000, destination: "r2" },
      protected: true,
    });
    expect(database("dev")?.quota).toEqual({
      computeSeconds: 360_000,
      storageBytes: 10e9,
      writtenBytes: 50e9,
      transferBytes: 50e9,
    });
    expect(database("dev")?.backup).toBeUndefined();
    expect(database("dev", { dataClass: "legal" })?.backup?.everySeconds).toBe(86_400);
    const never = [{ name: "big-books", endpoint: { suspendAfter: "never" as const, maxCu: 0.25 } }];
    expect(database("prod", { databases: never })?.endpoint).toEqual({ minCu: 0.25, maxCu: 0.25, suspendSeconds: -1 });
  });

  it("takes of a database everything that it says, and sees whose migrations they are", () => {
    const [whole] = alpha("dev", { databases: [wholeDatabase] }).databases;
    expect(whole).toEqual({
      name: "books",
      physicalName: "alpha-books-dev",
      migrations: { folder: "catalog/services", kind: "sql" },
      seeds: "catalog/schema",
      extensions: ["citext"],
      region: "aws-eu-central-1",
      postgresVersion: 18,
      endpoint: { minCu: 0.25, maxCu: 8, suspendSeconds: 600 },
      quota: { computeSeconds: 720_000, storageBytes: 5e9, writtenBytes: 20e9, transferBytes: 0 },
      retentionSeconds: 1_209_600,
      allowedIps: ["192.0.2.7", "192.0.2.10-192.0.2.20", "2001:db8::/32"],
      backup: {
        everySeconds: 21_600,
        keepSeconds: 7_776_000,
        destination: "r2",
        snapshots: { frequency: "daily", keepSeconds: 604_800 },
      },
      roles: { owner: "ledger_owner", runtime: "ledger_app" },
      protected: true,
    });
    const drizzle = { ...wholeDatabase, migrations: "catalog/testing/drizzle" };
    expect(alpha("dev", { databases: [drizzle] }).databases[0]?.migrations?.kind).toBe("drizzle");
  });

  it("caches no sensitive data on the way, and runs a service as the role without DDL", () => {
    const raw: Partial<ServiceSpec> = {
      databases: [{ name: "books" }],
      bindings: [
        { kind: "hyperdrive", name: "PG", database: "books" },
        { kind: "secret", name: "DATABASE_URL" },
      ],
      secrets: [{ name: "DATABASE_URL", source: "output", database: "books" }],
    };
    const caching = (dataClass: ServiceSpec["dataClass"]) =>
      alpha("prod", { ...raw, dataClass }).stores.map((store) => store.kind === "hyperdrive" && store.caching);
    expect(caching("internal")).toEqual([true]);
    expect(caching("personal")).toEqual([false]);
    // What a service with sensitive data asks of another's database may be sensitive too, unless somebody says otherwise.
    const guest = (caching?: boolean) =>
      service({
        name: "beta",
        hosts: ["beta.{domain}"],
        dataClass: "financial",
        bindings: [
          { kind: "hyperdrive", name: "PG", database: "books", owner: "alpha", ...(caching ? { caching } : {}) },
        ],
      });
    const ofGuest = (caching?: boolean) =>
      resolve("prod", "chittyos", [tail, service(raw), guest(caching)]).services.find(({ name }) => name === "beta")
        ?.stores;
    expect(ofGuest()).toMatchObject([{ kind: "hyperdrive", caching: false }]);
    expect(ofGuest(true)).toMatchObject([{ kind: "hyperdrive", caching: true }]);
    const [secret] = alpha("prod", raw).secrets;
    expect(secret).toMatchObject({ source: "output", role: "runtime" });
  });
});
