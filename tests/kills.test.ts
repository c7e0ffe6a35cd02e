import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Estate, patience, withDatabase } from "./harness/estate.ts";
import { inventories } from "./harness/inventory.ts";
import { kill, leftovers, resourcesInState, until, victims } from "./harness/kill.ts";
import { randomOf, sample } from "./harness/sample.ts";

/** Its resources; a kill may come after any of them. */
const estateSize = 60;
/** Share of kills before the first resource: tool chain, embedded cloud, start of the engine. */
const early = 0.15;

const moments = Array.from({ length: 10 }, (_, round) =>
  victims.map((victim) => ({ victim, moment: randomOf(`${victim} ${round}`)() })),
).flat();

describe("a kill at any moment of an up", { timeout: patience }, () => {
  it.each(sample("kills", moments, 3))(
    "of the $victim at $moment: the next up converges",
    async ({ victim, moment }) => {
      await using estate = new Estate(withDatabase);
      const interrupted = estate.start(["up"]);
      if (moment < early) await delay((moment / early) * 4_000);
      else {
        const after = Math.floor(((moment - early) / (1 - early)) * estateSize);
        let over = false;
        void interrupted.ended.then(() => {
          over = true;
        });
        await until(`${after} resources`, () => over || resourcesInState(estate) > after);
      }
      await kill(estate, interrupted, victim);
      const { code, stderr } = await interrupted.ended;
      if (victim !== "command line") expect(code === 0 || stderr.includes("✖"), stderr).toBe(true);
      expect(stderr).not.toContain("defect of ChittyOps");

      await estate.succeed(["up"]);
      const { cloud, state } = await inventories(estate);
      expect(cloud).toEqual(state);
      expect(state["cloudflare:index/workersScript:WorkersScript"]).toHaveLength(3);
      expect(estate.state().pending_operations ?? []).toEqual([]);
      expect(leftovers(estate)).toEqual([]);
      const again = await estate.succeed(["up", "--json"]);
      expect(JSON.parse(again.stdout)).toMatchObject({ changes: [], counts: { same: expect.any(Number) } });
    },
  );
});
