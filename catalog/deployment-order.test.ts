import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deploymentOrder } from "./deployment-order.ts";

const graph = fc
  .uniqueArray(fc.constantFrom(..."abcdefgh"), { minLength: 1 })
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), needs: fc.subarray(names) }))),
  );

describe("deploymentOrder", () => {
  it("puts each service after the ones it needs", () => {
    const services = [
      { name: "a", needs: ["b", "c"] },
      { name: "b", needs: ["c"] },
      { name: "c", needs: [] },
    ];
    expect(deploymentOrder(services)).toEqual({ order: ["c", "b", "a"], shellFirst: [], cycles: [] });
  });

  it("gives the service that most of a cycle need a shell first", () => {
    const services = [
      { name: "a", needs: ["hub"] },
      { name: "b", needs: ["hub"] },
      { name: "hub", needs: ["a", "b"] },
    ];
    expect(deploymentOrder(services)).toEqual({
      order: ["a", "b", "hub"],
      shellFirst: ["hub"],
      cycles: [["a", "b", "hub"]],
    });
  });

  it("counts a service that binds itself as a cycle, and takes no notice of names it does not know", () => {
    expect(deploymentOrder([{ name: "a", needs: ["a", "z"] }])).toMatchObject({ shellFirst: ["a"], cycles: [["a"]] });
  });

  it("leaves nothing bound that does not exist yet, whatever the graph", () => {
    fc.assert(
      fc.property(graph, (services) => {
        const { order, shellFirst } = deploymentOrder(services);
        expect([...order].sort()).toEqual(services.map(({ name }) => name).sort());
        const exists = new Set(shellFirst);
        for (const name of order) {
          const needs = services.find((service) => service.name === name)?.needs ?? [];
          expect(needs.filter((needed) => !exists.has(needed) && needed !== name)).toEqual([]);
          exists.add(name);
        }
      }),
    );
  });

  it("does not depend on the order of the services", () => {
    fc.assert(
      fc.property(graph, (services) => {
        expect(deploymentOrder(services.toReversed())).toEqual(deploymentOrder(services));
      }),
    );
  });
});
