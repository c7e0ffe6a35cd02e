import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compact, type Placed, packSize, plan, statefulPackSize } from "./placement.ts";
import { testSpec } from "./test-platform.ts";
import type { Unit } from "./unit.ts";

function unit(name: string, version = 1, stateful = false): Unit {
  const objects = stateful ? [{ className: "C", id: `namespace-${name}`, sqlite: true }] : [];
  return { id: `${name}-${version}`, spec: testSpec(name, ""), stateful, objects, workflows: [], percentage: 100 };
}

const none = { processes: 0, units: 0 };

/** What runs after a plan has been carried out. */
function carriedOut(packs: Placed[], found: ReturnType<typeof plan<Placed>>): Placed[] {
  const ended = new Set([...found.stopFirst, ...found.retire]);
  return [...packs.filter((pack) => !ended.has(pack)), ...found.start.map((units) => ({ units }))];
}

/** The namespaces that two processes hold at once. */
function heldTwice(packs: Placed[]): string[] {
  const held = packs.flatMap(({ units }) => units.flatMap(({ objects }) => objects.map(({ id }) => id)));
  return held.filter((id, index) => held.indexOf(id) !== index);
}

describe("plan", () => {
  it("starts only what changed, in a process of its own", () => {
    const [a, b, c] = [unit("a"), unit("b"), unit("c")];
    const packs = [{ units: [a, b, c] }];
    const changed = unit("b", 2);
    expect(plan([a, changed, c], packs)).toEqual({ stopFirst: [], start: [[changed]], retire: [] });
  });

  it("ends the process of changed Durable Objects first, and brings its neighbours back with it", () => {
    const [a, b] = [unit("a", 1, true), unit("b", 1, true)];
    const packs = [{ units: [a, b] }];
    const changed = unit("a", 2, true);
    expect(plan([changed, b], packs)).toEqual({ stopFirst: packs, start: [[b, changed]], retire: [] });
  });

  it("gives a suspect a process of its own", () => {
    const [a, b] = [unit("a"), unit("b")];
    expect(plan([a, b], [], new Set(["a-1"])).start).toEqual([[a], [b]]);
  });

  it("runs every desired unit, and no Durable Object twice, whatever changes", () => {
    const step = fc.array(
      fc.record({ name: fc.constantFrom(..."abcdefghijklmn"), stateful: fc.boolean(), remove: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, compacting) => {
        let desired = new Map<string, Unit>();
        let packs: Placed[] = [];
        let version = 0;
        for (const changes of steps) {
          desired = new Map(desired);
          for (const { name, stateful, remove } of changes) {
            if (remove) desired.delete(name);
            else desired.set(name, unit(name, ++version, stateful));
          }
          const wanted = [...desired.values()];
          const found = plan(wanted, packs);
          // While both generations run, before the old ones retire, nothing may be held twice either.
          expect(
            heldTwice([
              ...packs.filter((pack) => !found.stopFirst.includes(pack)),
              ...found.start.map((units) => ({ units })),
            ]),
          ).toEqual([]);
          packs = carriedOut(packs, found);
          const compaction = compacting ? compact(wanted, packs, none) : undefined;
          if (compaction) packs = carriedOut(packs, compaction);
          const running = packs.flatMap(({ units }) => units.map(({ id }) => id));
          for (const { id } of wanted) expect(running.filter((one) => one === id)).toHaveLength(1);
          expect(heldTwice(packs)).toEqual([]);
        }
      }),
    );
  });
});

describe("compact", () => {
  it("leaves what is tolerated", () => {
    const units = [unit("a"), unit("b")];
    const packs = [{ units: [unit("a")] }, { units: [unit("b"), unit("gone")] }];
    expect(compact(units, packs, { processes: 1, units: 1 })).toBeUndefined();
    expect(compact(units, packs, { processes: 1, units: 0 })?.start).toEqual([units]);
    expect(compact(units, packs, { processes: 0, units: 1 })?.start).toEqual([units]);
  });

  it("leaves few, full processes as they are", () => {
    const units = Array.from({ length: packSize }, (_, index) => unit(`s${index}`));
    expect(compact(units, [{ units }], none)).toBeUndefined();
  });

  it("merges many small processes", () => {
    const units = Array.from({ length: 8 }, (_, index) => unit(`s${index}`));
    const packs = units.map((one) => ({ units: [one] }));
    expect(compact(units, packs, none)).toEqual({ stopFirst: [], start: [units], retire: packs });
  });

  it("ends the processes of Durable Objects before it merges them", () => {
    const units = Array.from({ length: statefulPackSize }, (_, index) => unit(`s${index}`, 1, true));
    const packs = units.map((one) => ({ units: [one] }));
    expect(compact(units, packs, none)).toEqual({ stopFirst: packs, start: [units], retire: [] });
  });

  it("never merges a suspect", () => {
    const units = Array.from({ length: 8 }, (_, index) => unit(`s${index}`));
    const packs = units.map((one) => ({ units: [one] }));
    const found = compact(units, packs, none, new Set(["s0-1"]));
    expect(found?.start.flat().map(({ id }) => id)).not.toContain("s0-1");
  });
});
