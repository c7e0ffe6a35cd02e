import { describe, expect, it } from "vitest";
import { binding, id, problemsOf, service } from "../testing/raw-services.ts";

describe("a rule about one service", () => {
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
});
