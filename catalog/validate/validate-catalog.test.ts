import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatProblems } from "../problems.ts";
import type { BindingSpec } from "../schema/binding.ts";
import type { ServiceSpec } from "../schema/service.ts";
import { services } from "../services/index.ts";
import { validateCatalog } from "./validate-catalog.ts";

const id = "0123456789abcdef0123456789abcdef";

/** A service without a mistake; `raw` may be anything, as in a file that was not compiled. */
function service(name: string, raw: object = {}): object {
  return {
    name,
    short: name,
    description: "For tests.",
    family: "chittyos",
    tier: 3,
    owner: "tests",
    dataClass: "internal",
    hosting: { kind: "worker" },
    hosts: [`${name}.{domain}`],
    ...raw,
  };
}

const tail = service("chittytrack", { hosting: { kind: "worker", tailConsumers: [] } });
const binding = (...bindings: BindingSpec[]): Partial<ServiceSpec> => ({ bindings });

/** `file-less` short form of what is reported: field and what was found. */
function problemsOf(...services: object[]): string[] {
  return validateCatalog([tail, ...services]).map(({ field, found }) => `${field}: ${found}`);
}

describe("validateCatalog", () => {
  it("finds nothing in the catalog itself", () => {
    expect(validateCatalog()).toEqual([]);
  });

  it("reports ten different mistakes at once, each with file, field and remedy", () => {
    const problems = validateCatalog([
      tail,
      service("alpha", { hostz: ["alpha.{domain}"] }),
      service("beta", { hosts: ["alpha.{domain}"] }),
      service("gamma", { crons: ["every day"], shellCrons: "hold" }),
      service("delta", { crons: ["0 * * * *"] }),
      service("epsilon", { bindings: [{ kind: "service", name: "ALPHA", service: "alfa" }] }),
      service("zeta", { bindings: [{ kind: "kv", name: "CACHE", external: true, id: "REPLACE_AT_DEPLOY" }] }),
      service("eta", { bindings: [{ kind: "var", name: "API_TOKEN", value: "hunter2-hunter2" }] }),
      service("theta", { environments: { staging: {}, dev: { bindings: { CASH: { store: "cash" } } } } }),
      service("iota", { hosting: { kind: "worker", tailConsumers: [] } }),
      service("kappa", { bindings: [{ kind: "kv", name: "DATA", external: true, id }] }),
    ]);
    const at = (name: string, field: string) => `catalog/services/${name}.ts ${field}`;
    expect(new Set(problems.map(({ file, field }) => `${file} ${field}`))).toEqual(
      new Set([
        at("alpha", "hostz"),
        at("beta", "hosts.0"),
        at("gamma", "crons.0"),
        at("delta", "crons"),
        at("epsilon", "bindings.ALPHA.service"),
        at("zeta", "bindings.CACHE.id"),
        at("eta", "bindings.API_TOKEN"),
        at("theta", "environments.staging"),
        at("theta", "environments.dev.bindings.CASH"),
        at("iota", "hosting.tailConsumers"),
        at("kappa", "bindings.DATA.id"),
      ]),
    );
    expect(problems).toHaveLength(11);
    for (const problem of problems) {
      expect(Object.values(problem).every((text) => text.length > 0)).toBe(true);
    }
    const text = formatProblems(problems);
    expect(text).toContain("catalog/services/epsilon.ts\n  bindings.ALPHA.service\n    found:    alfa");
    expect(text).toContain("Write alpha, if that is meant.");
    expect(text).not.toContain("hunter2");
    expect(text).not.toMatch(/\n\s+at /);
  });

  it("does not let a mistake in the form hide one in the meaning", () => {
    const found = problemsOf(
      service("alpha", {
        tier: 9,
        bindings: [
          { kind: "kvv", name: "CACHE" },
          { kind: "service", name: "NOBODY", service: "nobody" },
        ],
      }),
    );
    expect(found).toEqual([
      "tier: 9",
      'bindings.CACHE.kind: "kvv"',
      "bindings.NOBODY.service: nobody, which does not exist",
    ]);
  });

  it.each<[string, object, string]>([
    ["an entry that is no service", [], ": []"],
    ["a missing field", service("alpha", { owner: undefined }), "owner: nothing"],
    ["an unknown family", service("alpha", { family: "chitty" }), 'family: "chitty"'],
    ["a host that names its domain", service("alpha", { hosts: ["alpha.chitty.cc"] }), 'hosts.0: "alpha.chitty.cc"'],
    ["no host", service("alpha", { hosts: [] }), "hosts: []"],
    [
      "an unknown kind of binding",
      service("alpha", { bindings: [{ kind: "redis", name: "CACHE" }] }),
      'bindings.CACHE.kind: "redis"',
    ],
    [
      "an unknown field of a binding",
      service("alpha", { bindings: [{ kind: "kv", name: "CACHE", stor: "cache" }] }),
      'bindings.CACHE.stor: a field "stor", which does not exist',
    ],
    [
      "two bindings under one name",
      service("alpha", binding({ kind: "kv", name: "CACHE" }, { kind: "r2", name: "CACHE" })),
      "bindings.CACHE: two bindings called CACHE",
    ],
    [
      "an override that does not exist",
      service("alpha", { environments: { dev: { host: [] } } }),
      'environments.dev.host: a field "host", which does not exist',
    ],
    [
      "an override of what is fixed",
      service("alpha", { environments: { dev: { name: "beta" } } }),
      "environments.dev.name: an override of name",
    ],
    [
      "an override of a field that the binding does not have",
      service("alpha", {
        ...binding({ kind: "ai", name: "AI" }),
        environments: { dev: { bindings: { AI: { store: "x" } } } },
      }),
      'environments.dev.bindings.AI.store: a field "store", which does not exist',
    ],
    [
      "an override by a value that does not fit",
      service("alpha", { environments: { dev: { crons: "0 * * * *" } } }),
      'environments.dev.crons: "0 * * * *"',
    ],
    [
      "an override that removes a required field",
      service("alpha", { environments: { dev: { hosts: null } } }),
      "environments.dev.hosts: null, which removes the field",
    ],
    [
      "a bad schedule in an override",
      service("alpha", { shellCrons: "hold", environments: { dev: { crons: ["61 * * * *"] } } }),
      'environments.dev.crons.0: "61 * * * *"',
    ],
    [
      "schedules without a Worker",
      service("alpha", {
        hosting: { kind: "replit", url: "https://alpha.replit.app" },
        crons: ["0 * * * *"],
        shellCrons: "hold",
      }),
      "crons: schedules of a service that runs no Worker here (in dev and prod)",
    ],
    [
      "a class that no migration creates",
      service("alpha", binding({ kind: "durable-object", name: "ROOM", className: "Room" })),
      "bindings.ROOM.className: Room, which no migration of alpha creates",
    ],
    [
      "a migration with a used tag",
      service("alpha", { hosting: { kind: "worker", migrations: [{ tag: "v1" }, { tag: "v1" }] } }),
      "hosting.migrations.1.tag: v1 again",
    ],
    [
      "a migration that deletes what is not there",
      service("alpha", { hosting: { kind: "worker", migrations: [{ tag: "v1", deletedClasses: ["Room"] }] } }),
      "hosting.migrations.0: Room, which no earlier step creates",
    ],
    [
      "a tail consumer that does not exist",
      service("alpha", { hosting: { kind: "worker", tailConsumers: ["chittytrak"] } }),
      "hosting.tailConsumers: chittytrak, which does not exist",
    ],
    [
      "a store of another service that does not declare it",
      service("alpha", binding({ kind: "kv", name: "CACHE", owner: "chittytrack" })),
      "bindings.CACHE.store: cache, which chittytrack does not declare",
    ],
    [
      "an external store without an id",
      service("alpha", binding({ kind: "kv", name: "CACHE", external: true })),
      "bindings.CACHE.id: nothing",
    ],
    [
      "an id of a store that is made here",
      service("alpha", binding({ kind: "kv", name: "CACHE", id })),
      "bindings.CACHE.id: id of a store that is made here",
    ],
    [
      "one store with two settings",
      service(
        "alpha",
        binding({ kind: "r2", name: "A", store: "docs", jurisdiction: "eu" }, { kind: "r2", name: "B", store: "docs" }),
      ),
      "bindings.B: the store of A with other settings",
    ],
    [
      "a consumer without its queue",
      service("alpha", binding({ kind: "queue-consumer", name: "JOBS", store: "jobs" })),
      "bindings.JOBS.store: jobs, which alpha does not declare",
    ],
    [
      "a database that is not declared",
      service("alpha", binding({ kind: "hyperdrive", name: "PG", database: "books" })),
      "bindings.PG.database: books, which alpha does not declare",
    ],
    [
      "a secret that is not declared",
      service("alpha", binding({ kind: "secret", name: "KEY" })),
      "bindings.KEY: the secret KEY, which the service does not declare",
    ],
    [
      "a secret that nothing binds",
      service("alpha", { secrets: [{ name: "KEY", source: "generated" }] }),
      "secrets.KEY: a secret that nothing binds",
    ],
    [
      "a secret under two names in one service",
      service("alpha", {
        ...binding({ kind: "secret", name: "KEY" }, { kind: "secrets-store", name: "OTHER", secret: "KEY" }),
        secrets: [{ name: "KEY", source: "generated" }],
      }),
      "bindings.OTHER: the secret KEY a second time, beside KEY",
    ],
    [
      "a password in a plain variable",
      service("alpha", binding({ kind: "var", name: "ORIGIN", value: "postgres://u:planted@h/d" })),
      "bindings.ORIGIN: a value that looks like an address with a password",
    ],
    [
      "a variable that was to be filled in, without its value",
      service("alpha", binding({ kind: "var", name: "PAGE", value: "REPLACE_AT_DEPLOY" })),
      "bindings.PAGE.value: a value, which looks like a placeholder",
    ],
    [
      "a key within JSON",
      service("alpha", binding({ kind: "json", name: "OPTIONS", value: { deep: { value: "ghp_planted" } } })),
      "bindings.OPTIONS.deep.value: a value that looks like a token",
    ],
    [
      "an artifact without its hash",
      service("alpha", { hosting: { kind: "worker", artifact: { path: "a.mjs" } } }),
      'hosting.artifact: {"path":"a.mjs"}',
    ],
  ])("reports %s, and only that", (_mistake, alpha, problem) => {
    expect(problemsOf(alpha)).toEqual([problem]);
  });

  it.each<[string, object, object, string]>([
    [
      "a second service of a name",
      service("alpha"),
      service("alpha", { hosts: ["b.{domain}"] }),
      "name: a second service called alpha",
    ],
    [
      "a route that another service has",
      service("alpha", { routes: ["x.{domain}/mcp*"] }),
      service("beta", { routes: ["x.{domain}/mcp*"] }),
      "routes.0: the route x.{domain}/mcp*, which alpha owns already (routes.0)",
    ],
    [
      "a host in prod that dev claims",
      service("alpha"),
      service("beta", { hosts: ["beta.{domain}"], environments: { prod: { hosts: ["alpha.dev.{domain}"] } } }),
      "environments.prod.hosts.0: the host alpha.dev.chitty.cc, which alpha in dev owns already (hosts.0)",
    ],
    [
      "a name in prod that dev has",
      service("alpha"),
      service("alpha-dev"),
      "name: the script alpha-dev, which alpha in dev owns already (name) (in prod)",
    ],
    [
      "a second consumer of a queue",
      service(
        "alpha",
        binding({ kind: "queue", name: "JOBS" }, { kind: "queue-consumer", name: "WORK", store: "jobs" }),
      ),
      service("beta", binding({ kind: "queue-consumer", name: "WORK", store: "jobs", owner: "alpha" })),
      "bindings.WORK: a second consumer of jobs, beside alpha",
    ],
    [
      "a service that runs no Worker",
      service("alpha", { hosting: { kind: "external", url: "https://alpha.test" } }),
      service("beta", binding({ kind: "service", name: "ALPHA", service: "alpha" })),
      "bindings.ALPHA.service: alpha, which runs no Worker (in dev and prod)",
    ],
    [
      "a service in another account",
      service("alpha", { family: "digital-dossier", hosting: { kind: "worker", tailConsumers: ["alpha-tail"] } }),
      service("alpha-tail", {
        family: "digital-dossier",
        hosting: { kind: "worker", tailConsumers: [] },
        bindings: [{ kind: "service", name: "TRACK", service: "chittytrack" }],
      }),
      "bindings.TRACK.service: chittytrack, which runs in another account",
    ],
    [
      "one secret under two names in two services",
      service("alpha", {
        ...binding({ kind: "secret", name: "CHITTY_AUTH_TOKEN" }),
        secrets: [{ name: "CHITTY_AUTH_TOKEN", source: "provided" }],
      }),
      service("beta", {
        ...binding({ kind: "secret", name: "AUTH_TOKEN" }),
        secrets: [{ name: "AUTH_TOKEN", source: "provided" }],
      }),
      "secrets.AUTH_TOKEN: AUTH_TOKEN, which alpha calls CHITTY_AUTH_TOKEN",
    ],
    [
      "a shared secret on other terms",
      service("alpha", {
        ...binding({ kind: "secret", name: "KEY" }),
        secrets: [{ name: "KEY", source: "generated", shared: true }],
      }),
      service("beta", {
        ...binding({ kind: "secret", name: "KEY" }),
        secrets: [{ name: "KEY", source: "generated", shared: true, length: 64 }],
      }),
      "secrets.KEY: other terms than in alpha",
    ],
    [
      "a secret that two services are given and do not share",
      service("alpha", { ...binding({ kind: "secret", name: "KEY" }), secrets: [{ name: "KEY", source: "provided" }] }),
      service("beta", { ...binding({ kind: "secret", name: "KEY" }), secrets: [{ name: "KEY", source: "provided" }] }),
      "secrets.KEY: a secret that alpha is given too",
    ],
  ])("reports %s", (_mistake, alpha, beta, problem) => {
    expect(problemsOf(alpha, beta)).toContain(problem);
  });

  it("allows one external store in several environments where the catalog says shared", () => {
    const data = { kind: "kv", name: "DATA", external: true, id } as const;
    expect(problemsOf(service("alpha", binding(data)))).toEqual([
      "bindings.DATA.id: one kv store for local, dev and prod",
    ]);
    expect(problemsOf(service("alpha", binding({ ...data, shared: true })))).toEqual([]);
  });

  it("allows cycles of service bindings", () => {
    expect(
      problemsOf(
        service("alpha", binding({ kind: "service", name: "BETA", service: "beta" })),
        service("beta", binding({ kind: "service", name: "ALPHA", service: "alpha" })),
      ),
    ).toEqual([]);
  });

  it("allows schedules without an artifact where the service says what becomes of them", () => {
    expect(problemsOf(service("alpha", { crons: ["0 * * * *"], shellCrons: "record" }))).toEqual([]);
  });

  it("ends in problems and not in an exception, whatever is in the list", () => {
    fc.assert(fc.property(fc.array(fc.anything(), { minLength: 1 }), (list) => validateCatalog(list).length > 0));
  });

  it("survives any value in any place of the real catalog", () => {
    const places = services.flatMap((spec) => pathsOf(spec).map((path) => [spec.name, path] as const));
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.anything(), ([name, path], value) => {
        const list = services.map((spec) => (spec.name === name ? withValue(spec, path, value) : spec));
        for (const problem of validateCatalog(list)) expect(problem.file).not.toBe("");
      }),
      { numRuns: 60 },
    );
  });
});

/** Every path within a value, the value itself left out. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

/** A copy of `target` with another value at a path. */
function withValue(target: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  const copy = Array.isArray(target) ? [...target] : { ...(target as object) };
  const fields = copy as Record<string, unknown>;
  fields[step] = withValue(fields[step], rest, value);
  return copy;
}
