import { describe, expect, it } from "vitest";
import { formatProblems } from "../problems.ts";
import { binding, id, problemsOf, service, tail } from "../testing/raw-services.ts";
import { validateCatalog } from "./validate-catalog.ts";

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
});
