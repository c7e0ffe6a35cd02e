import { describe, expect, it } from "vitest";
import type { BindingSpec } from "../schema/binding.ts";
import { binding, problemsOf, service, tail } from "../testing/raw-services.ts";
import { wholeDatabase } from "../testing/whole-database.ts";
import { validateCatalog } from "./validate-catalog.ts";

const books = (database: object, raw: object = {}) =>
  service("alpha", { databases: [{ name: "books", ...database }], ...raw });
const pg = (more: Partial<Extract<BindingSpec, { kind: "hyperdrive" }>> = {}) =>
  binding({ kind: "hyperdrive", name: "PG", database: "books", ...more });
const url = (more: object = {}) => ({
  ...binding({ kind: "secret", name: "DATABASE_URL" }),
  secrets: [{ name: "DATABASE_URL", source: "output", database: "books", ...more }],
});

describe("a rule about a database", () => {
  it.each<[string, object, string]>([
    [
      "a folder of migrations that is not there",
      books({ migrations: "catalog/absent" }),
      "databases.books.migrations: catalog/absent, which is no folder of this repository",
    ],
    [
      "a file in place of a folder of seeds",
      books({ seeds: "catalog/index.ts" }),
      "databases.books.seeds: catalog/index.ts, which is no folder of this repository",
    ],
    ["a folder outside the repository", books({ migrations: "../main" }), 'databases.books.migrations: "../main"'],
    ["a size that Neon does not have", books({ endpoint: { minCu: 0.3 } }), "databases.books.endpoint.minCu: 0.3"],
    [
      "a range turned round",
      books({ endpoint: { minCu: 2, maxCu: 1 } }),
      "databases.books.endpoint.minCu: 2, more than maxCu (1)",
    ],
    [
      "a range that is too wide",
      books({ endpoint: { minCu: 1, maxCu: 16 } }),
      "databases.books.endpoint.maxCu: a range from 1 to 16",
    ],
    [
      "a large size that would have to scale",
      books({ endpoint: { minCu: 16, maxCu: 18 } }),
      "databases.books.endpoint.maxCu: 18 beside minCu 16",
    ],
    [
      "a suspension after eight days",
      books({ endpoint: { suspendAfter: "8d" } }),
      "databases.books.endpoint.suspendAfter: 8d",
    ],
    ["a time without a unit", books({ retention: "7" }), 'databases.books.retention: "7"'],
    ["a history that no plan keeps", books({ retention: "31d" }), "databases.books.retention: 31d"],
    [
      "a misspelt field of the endpoint",
      books({ endpoint: { minCpu: 1 } }),
      'databases.books.endpoint.minCpu: a field "minCpu", which does not exist',
    ],
    [
      "a misspelt field of the backup",
      books({ backup: { evry: "1d" } }),
      'databases.books.backup.evry: a field "evry", which does not exist',
    ],
    ["a quota of nothing", books({ quota: { computeHours: 0 } }), "databases.books.quota.computeHours: 0"],
    [
      "an address that is none",
      books({ allowedIps: ["192.0.2.0/33"] }),
      'databases.books.allowedIps.0: "192.0.2.0/33"',
    ],
    [
      "backups that are gone before the next one",
      books({ backup: { every: "7d", keep: "1d" } }),
      "databases.books.backup.every: a backup every 7d, kept 1d",
    ],
    [
      "no backup of what must not be lost",
      books({ backup: "none" }, { dataClass: "legal" }),
      "databases.books.backup: none for legal data (in prod)",
    ],
    [
      "a weekly backup of what must not be lost",
      books({ backup: { every: "7d" } }, { dataClass: "financial" }),
      "databases.books.backup.every: a backup every 7d of financial data (in prod)",
    ],
    [
      "one role for both",
      books({ roles: { owner: "books", runtime: "books" } }),
      "databases.books.roles: books as owner and as the role the service runs as",
    ],
    ["a role of Neon", books({ roles: { owner: "neon_superuser" } }), 'databases.books.roles.owner: "neon_superuser"'],
    [
      "a cache for sensitive data",
      books({}, { ...pg({ caching: true }), dataClass: "personal" }),
      "bindings.PG.caching: a cache for personal data",
    ],
    [
      "the owner for the running service",
      books({ migrations: "catalog" }, url({ role: "owner" })),
      "secrets.DATABASE_URL.role: the owner of books for the running service",
    ],
    [
      "a second database of a name",
      service("alpha", { databases: [{ name: "books" }, { name: "books" }] }),
      "databases.books: two databases called books",
    ],
    [
      "data of prod that is left unprotected",
      books({ protected: false }, { dataClass: "legal" }),
      "databases.books.protected: false for legal data (in prod)",
    ],
    [
      "a mistake in an override, where it stands",
      books({}, { environments: { prod: { databases: { books: { endpoint: { minCu: 3, maxCu: 2 } } } } } }),
      "environments.prod.databases.books.endpoint.minCu: 3, more than maxCu (2)",
    ],
    [
      "a misspelt field in an override",
      books({}, { environments: { prod: { databases: { books: { endpoint: { minCpu: 3 } } } } } }),
      'environments.prod.databases.books.endpoint.minCpu: a field "minCpu", which does not exist',
    ],
  ])("reports %s, and only that", (_mistake, alpha, problem) => {
    expect(problemsOf(alpha)).toEqual([problem]);
  });

  it("names the fields that there are where one is misspelt", () => {
    const raw = books({ endpoint: { minCpu: 1 }, backup: { evry: "1d" } });
    expect(validateCatalog([tail, raw]).map(({ expected }) => expected)).toEqual([
      "minCu, maxCu or suspendAfter",
      "every, keep, destination or snapshots",
    ]);
  });

  it("reports a cache in front of another service's sensitive data", () => {
    const beta = service("beta", pg({ caching: true, owner: "alpha" }));
    expect(problemsOf(books({}, { dataClass: "legal" }), beta)).toEqual([
      "bindings.PG.caching: a cache for legal data",
    ]);
  });

  it.each<[string, object]>([
    ["everything said", books(wholeDatabase, { ...pg({ caching: true }), dataClass: "internal" })],
    ["a large compute of a fixed size", books({ endpoint: { minCu: 56, maxCu: 56, suspendAfter: "never" } })],
    ["only the least size, above the usual greatest", books({ endpoint: { minCu: 8 } })],
    ["the owner for a service that migrates by itself", books({}, url({ role: "owner" }))],
    ["no backup of what is not sensitive", books({ backup: "none" })],
  ])("has nothing against %s", (_what, alpha) => {
    expect(problemsOf(alpha)).toEqual([]);
  });
});
