import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { environmentNames } from "./environments.ts";
import { accountsAndZones, familyNames } from "./families.ts";
import { mergeService } from "./merge.ts";
import { CatalogError } from "./problems.ts";
import { resolve } from "./resolve.ts";
import type { ResolvedBinding } from "./resolved.ts";
import type { ServiceSpec } from "./schema/service.ts";
import { alpha, service, tail } from "./testing/alpha.ts";

const binding = (bindings: readonly ResolvedBinding[], name: string) => bindings.find((b) => b.name === name);

describe("resolve", () => {
  it("gives the core family about 25 Workers in local, with stores of their own", () => {
    const { services, place, ownsZone } = resolve("local", "chittyos");
    expect(services.filter(({ worker }) => worker)).toHaveLength(25);
    expect(services.every(({ url }) => url?.endsWith(".chitty.localhost") || url === "http://chitty.localhost")).toBe(
      true,
    );
    expect(place).toEqual({ account: "chittyos", zone: "chitty.localhost", domain: "chitty.localhost" });
    expect(ownsZone).toBe(true);
  });

  it("has every other family resolve, in every environment", () => {
    for (const environment of environmentNames) {
      for (const family of familyNames) expect(resolve(environment, family).family).toBe(family);
    }
  });

  it("lets no two environments of an account meet in a script, store, host or workflow", () => {
    const names = (environment: string) =>
      resolve(environment, "chittyos").services.flatMap(({ worker, stores, hosts }) => [
        ...(worker ? [worker.scriptName] : []),
        ...stores.map(({ kind, physicalName }) => `${kind}/${physicalName}`),
        ...hosts,
      ]);
    const all = [...names("dev"), ...names("prod")];
    expect(new Set(all).size).toBe(all.length);
  });

  it("keeps the real counts of the largest services", () => {
    const { services } = resolve("prod", "chittyos");
    const count = (name: string, kind: string) =>
      services.find((s) => s.name === name)?.bindings.filter((b) => b.kind === kind).length;
    const connect = ["kv", "r2", "d1", "durable-object", "service"].map((kind) => count("chittyconnect", kind));
    expect(connect).toEqual([7, 1, 1, 2, 10]);
    expect(["durable-object", "r2"].map((kind) => count("chittyrouter", kind))).toEqual([17, 2]);
    expect(services.find(({ name }) => name === "chittyrouter")?.heldCrons).toHaveLength(5);
    expect(count("chittymcp", "service")).toBe(39);
    expect(["kv", "r2"].map((kind) => count("chittyschema", kind))).toEqual([3, 2]);
    const id = services.find(({ name }) => name === "chittyid");
    expect(id?.bindings.filter((b) => b.kind === "kv")).toHaveLength(9);
    expect(id?.stores).toHaveLength(6);
  });

  it("is complete, frozen and the same each time", () => {
    const estate = resolve("prod", "chittyos");
    expect(JSON.stringify(resolve("prod", "chittyos"))).toBe(JSON.stringify(estate));
    const open: unknown[] = [estate];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (typeof value !== "object" || value === null) continue;
      expect(Object.isFrozen(value)).toBe(true);
      open.push(...Object.values(value).filter((inner) => inner !== undefined));
    }
    for (const { worker } of estate.services) {
      if (worker) expect([worker.compatibilityDate, worker.tailConsumers.length >= 0]).not.toContain(undefined);
    }
  });

  it("does not freeze or change what was declared", () => {
    const declared = service({ bindings: [{ kind: "kv", name: "CACHE" }] });
    const before = structuredClone(declared);
    resolve("dev", "chittyos", [tail, declared]);
    expect(declared).toEqual(before);
    expect(Object.isFrozen(declared.bindings)).toBe(false);
  });

  it("does not depend on the order of the services", () => {
    const services = [tail, service({}), service({ name: "beta", hosts: ["beta.{domain}"] })];
    expect(resolve("dev", "chittyos", services.toReversed())).toEqual(resolve("dev", "chittyos", services));
  });

  it("prefers a family's override to the environment's, and that to the service", () => {
    const raw: Partial<ServiceSpec> = {
      bindings: [
        { kind: "var", name: "A", value: "service" },
        { kind: "var", name: "B", value: "service" },
        { kind: "var", name: "C", value: "service" },
      ],
      environments: { prod: { bindings: { B: { value: "environment" }, C: { value: "environment" } } } },
      families: { "cook-county": { bindings: { C: { value: "family" } } } },
    };
    const values = ({ bindings }: { bindings: readonly ResolvedBinding[] }) =>
      bindings.flatMap((b) => (b.kind === "var" ? [b.value] : []));
    expect(values(alpha("dev", raw))).toEqual(["service", "service", "service"]);
    expect(values(alpha("prod", raw))).toEqual(["service", "environment", "environment"]);
    expect(values(alpha("prod", raw, "cook-county"))).toEqual(["service", "environment", "family"]);
  });

  it("gives another family an instance of its own, with names and hosts of its own", () => {
    const raw: Partial<ServiceSpec> = { bindings: [{ kind: "kv", name: "CACHE" }], families: { "cook-county": {} } };
    const { worker, hosts, stores } = alpha("dev", raw, "cook-county");
    expect(worker?.scriptName).toBe("alpha-cook-county-dev");
    expect(worker?.tailConsumers).toEqual(["chittytrack-dev"]);
    expect(hosts).toEqual(["alpha.dev.cook-county.chitty.cc"]);
    expect(stores.map(({ physicalName }) => physicalName)).toEqual(["alpha-cook-county-cache-dev"]);
  });

  it("removes with null, and replaces lists whole", () => {
    const raw: Partial<ServiceSpec> = {
      bindings: [
        { kind: "kv", name: "CACHE" },
        { kind: "ai", name: "AI" },
      ],
      crons: ["0 * * * *"],
      shellCrons: "record",
      environments: { dev: { crons: [], bindings: { AI: null } } },
    };
    expect(alpha("prod", raw).crons).toEqual(["0 * * * *"]);
    expect(alpha("dev", raw).crons).toEqual([]);
    expect(alpha("dev", raw).bindings.map(({ name }) => name)).toEqual(["CACHE"]);
  });

  it("holds crons back until there is an artifact, unless the shell shall record them", () => {
    const crons = ["0 * * * *"];
    const artifact = { path: "a.mjs", sha256: "0".repeat(63).concat("1") };
    expect(alpha("dev", { crons, shellCrons: "hold" })).toMatchObject({ crons: [], heldCrons: crons });
    expect(alpha("dev", { crons, shellCrons: "record" })).toMatchObject({ crons, heldCrons: [] });
    expect(alpha("dev", { crons, hosting: { kind: "worker", artifact } })).toMatchObject({ crons, heldCrons: [] });
  });

  it("lets a shell stand in for what is no Worker, in local alone", () => {
    const hosting = { kind: "replit", url: "https://alpha.replit.app" } as const;
    expect(alpha("local", { hosting }).worker?.scriptName).toBe("alpha-local");
    expect(alpha("local", { hosting }).url).toBe("http://alpha.chitty.localhost");
    expect(alpha("prod", { hosting })).toMatchObject({ worker: undefined, url: "https://alpha.replit.app", hosts: [] });
  });

  it("says what a script has to export for its own bindings and for those of others", () => {
    const host = service({
      hosting: { kind: "worker", migrations: [{ tag: "v1", newSqliteClasses: ["Room"] }] },
      bindings: [{ kind: "workflow", name: "FLOW", className: "Flow" }],
    });
    const guest = service({
      name: "beta",
      hosts: ["beta.{domain}"],
      bindings: [
        { kind: "durable-object", name: "ROOM", className: "Room", service: "alpha" },
        { kind: "service", name: "ALPHA", service: "alpha", entrypoint: "Api" },
      ],
    });
    const estate = resolve("dev", "chittyos", [tail, host, guest]);
    expect(estate.services.map(({ name }) => name)).toEqual(["chittytrack", "alpha", "beta"]);
    expect(estate.services[1]?.worker?.exports).toEqual({
      durableObjects: ["Room"],
      workflows: ["Flow"],
      entrypoints: ["Api"],
    });
    expect(binding(estate.services[2]?.bindings ?? [], "ROOM")).toMatchObject({ scriptName: "alpha-dev" });
  });

  it("joins a consumer with the dead letter queue that the producer declares", () => {
    const { bindings, stores } = alpha("dev", {
      bindings: [
        { kind: "queue", name: "JOBS", deadLetter: "jobs-dead" },
        { kind: "queue-consumer", name: "WORK", store: "jobs" },
      ],
    });
    expect(stores.map(({ key }) => key)).toEqual(["alpha/queue/jobs", "alpha/queue/jobs-dead"]);
    expect(binding(bindings, "WORK")).toMatchObject({ store: "alpha/queue/jobs", deadLetter: "alpha/queue/jobs-dead" });
  });

  it("throws every problem, and those of the names it was called with", () => {
    expect(() => resolve("staging", "chitty", [tail, service({ crons: ["0 * * * *"] })])).toThrow(CatalogError);
    try {
      resolve("staging", "chitty", [tail, service({ crons: ["0 * * * *"] })]);
    } catch (error) {
      const fields = error instanceof CatalogError ? error.problems.map(({ field }) => field) : [];
      expect(fields).toEqual(["environment", "family", "crons"]);
    }
  });
});

describe("accountsAndZones", () => {
  it("seeds the embedded cloud with every account and zone", () => {
    expect(accountsAndZones("local")).toEqual({
      accounts: [
        { name: "chittyos", zones: ["chitty.localhost", "mychitty.localhost"] },
        { name: "digital-dossier", zones: ["digital-dossier.localhost"] },
      ],
    });
  });
});

describe("mergeService", () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const fields = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { noNullPrototype: true });
  const entries = fc.dictionary(fc.constantFrom("X", "Y", "Z"), fields, { noNullPrototype: true });
  const layer = fc.record(
    { owner: value, hosts: fc.array(fc.string()), hosting: fields, health: fields, bindings: entries },
    { requiredKeys: [], noNullPrototype: true },
  );
  const base = fc.record(
    { owner: value, hosts: fc.array(fc.string()), hosting: fields, health: fields, bindings: entries },
    { noNullPrototype: true },
  );
  type Layer = Partial<Record<string, unknown>> & { bindings?: Record<string, Record<string, unknown>> };
  const named = (list: Record<string, Record<string, unknown>>) =>
    Object.entries(list).map(([name, rest]) => ({ ...rest, name }));
  const merge = (service: Layer, environment: Layer, family: Layer) =>
    mergeService(
      {
        ...service,
        bindings: named(service.bindings ?? {}),
        environments: { dev: environment },
        families: { chittyos: family },
      },
      "dev",
      "chittyos",
    );

  it("takes each field from the last layer that has it", () => {
    fc.assert(
      fc.property(base, layer, layer, (service, environment, family) => {
        const merged = merge(service, environment, family);
        expect(merged.owner).toEqual(family.owner ?? environment.owner ?? service.owner);
        expect(merged.hosts).toEqual(family.hosts ?? environment.hosts ?? service.hosts);
        expect(merged.hosting).toEqual({ ...service.hosting, ...environment.hosting, ...family.hosting });
        expect(merged.bindings).toEqual(
          named(service.bindings).map((entry) => ({
            ...entry,
            ...environment.bindings?.[entry.name],
            ...family.bindings?.[entry.name],
          })),
        );
      }),
    );
  });

  it("adds no entry, changes no input and leaves no override behind", () => {
    fc.assert(
      fc.property(base, layer, layer, (service, environment, family) => {
        const before = structuredClone([service, environment, family]);
        const merged = merge(service, environment, family);
        expect([service, environment, family]).toEqual(before);
        expect(merged).not.toHaveProperty("environments");
        expect(merged).not.toHaveProperty("families");
        const names = (merged.bindings as { name: string }[]).map(({ name }) => name);
        expect(names).toEqual(Object.keys(service.bindings));
      }),
    );
  });

  it("is the same with an empty override, and twice the same override is once", () => {
    fc.assert(
      fc.property(base, layer, (service, override) => {
        expect(merge(service, override, {})).toEqual(merge(service, {}, override));
        expect(merge(service, override, override)).toEqual(merge(service, override, {}));
      }),
    );
  });
});
