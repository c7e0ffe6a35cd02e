import { describe, expect, it, vi } from "vitest";
import type { Rotation } from "../custody/custody-chain.ts";
import type { CourtEnvironment } from "./environment.ts";
import { keyStatus, rotateKeys } from "./rotate-keys.ts";

type Court = Parameters<typeof rotateKeys>[1];

/** A court with so many cases of three records each, some of which cannot be rewrapped for now. */
function court(count: number, keyVersion = 2) {
  const records = Array.from({ length: count * 3 }, (_, index) => ({
    sequence: index + 1,
    what: index % 3 === 0 ? "stored" : "read",
    case: `case-${Math.floor(index / 3)}`,
  }));
  let rotation: Rotation | undefined;
  const rewrapped: string[] = [];
  const broken = new Set<string>();
  const chain = {
    rotation: async () => rotation ?? { keyVersion, after: 0, failed: [], done: false },
    rotated: async (now: Rotation) => {
      rotation = now;
    },
    read: async (after: number, limit: number) => ({ records: records.slice(after, after + limit) }),
  };
  const file = {
    rewrap: async (docket: string) => {
      if (broken.has(docket)) throw new Error("its record was changed");
      rewrapped.push(docket);
      return { value: 1 };
    },
  };
  const env = { CUSTODY_CHAIN: { getByName: () => chain }, CASE_FILE: { getByName: () => file } };
  const child = { keyVersion, tenant: "circuit-court" } as Court;
  const given = env as unknown as CourtEnvironment;
  return {
    rewrapped,
    broken,
    turn: () => rotateKeys(given, child),
    status: () => keyStatus(given, child),
  };
}

describe("the rotation of all keys", () => {
  it("does so many cases in a turn, each once, and goes on where it was", async () => {
    const { rewrapped, turn, status } = court(120);
    const counts: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      await turn();
      counts.push(rewrapped.length);
    }
    expect(counts).toEqual([50, 100, 120, 120]);
    expect(new Set(rewrapped).size).toBe(120);
    expect(await status()).toEqual({ version: 2, done: true, failedCases: 0 });
  });

  it("goes past a case that cannot be rewrapped, says so, and tries it again", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { rewrapped, broken, turn, status } = court(3);
    broken.add("case-1");
    await turn();
    expect(rewrapped).toEqual(["case-0", "case-2"]);
    expect(await status()).toEqual({ version: 2, done: false, failedCases: 1 });
    expect(String(log.mock.calls)).toContain("The keys of case case-1 stay as they were: its record was changed");
    broken.clear();
    await turn();
    expect(rewrapped).toEqual(["case-0", "case-2", "case-1"]);
    expect(await status()).toEqual({ version: 2, done: true, failedCases: 0 });
    log.mockRestore();
  });

  it("asks nothing of a court that never had another version", async () => {
    const { rewrapped, turn, status } = court(3, 1);
    await turn();
    expect(rewrapped).toEqual([]);
    expect(await status()).toMatchObject({ done: true });
  });
});
