import { expect, it } from "vitest";
import type { Migration } from "./migration.ts";
import { type ContractAllowed, plan } from "./plan.ts";
import type { Recorded } from "./state.ts";

const allowed: ContractAllowed = { ok: true };
const refused: ContractAllowed = { ok: false, why: "version 7 is live" };

/** `3` is an expand migration, `c3` a contract one, `3>2` an expand one that overtakes 2. */
function migration(text: string): Migration {
  const [, contract, number = "", overtakes = ""] = /^(c?)(\d+)(?:>([\d,]+))?$/.exec(text) ?? [];
  const name = `000${number}_m`;
  return {
    number: Number(number),
    name,
    file: `${name}.sql`,
    sql: "",
    checksum: `sum ${number}`,
    phase: contract ? "contract" : "expand",
    transaction: true,
    overtakes: overtakes.split(",").filter(Boolean).map(Number),
    waivers: [],
  };
}

function recorded(number: number, change: Partial<Recorded> = {}): Recorded {
  return {
    number,
    name: `000${number}_m`,
    checksum: `sum ${number}`,
    phase: "expand",
    state: "applied",
    statementsDone: 1,
    doneChecksum: undefined,
    startedAt: new Date(0),
    appliedAt: new Date(0),
    appliedBy: "app",
    durationMs: 1,
    ...change,
  };
}

function planned(folder: string[], applied: number[], phase: "expand" | "contract", contractAllowed: ContractAllowed) {
  const records = applied.map((number) => recorded(number));
  const { run, held, problems } = plan({ migrations: folder.map(migration) }, records, phase, contractAllowed);
  const numbers = (items: readonly { migration: Migration }[]) => items.map((item) => item.migration.number);
  return { run: numbers(run), held: numbers(held), problems: problems.map(({ file, found }) => `${file}: ${found}`) };
}

it.each([
  ["holds contract migrations before the deployment", ["1", "c2"], [], "expand", refused, [1], [2], 0],
  [
    "holds the last contract migrations before the deployment even when they would be allowed",
    ["1", "c2"],
    [],
    "expand",
    allowed,
    [1],
    [2],
    0,
  ],
  ["runs them after it when no old version can come back", ["1", "c2"], [1], "contract", allowed, [2], [], 0],
  ["holds them after it while one can", ["1", "c2"], [1], "contract", refused, [], [2], 0],
  ["runs everything in order where nothing is live yet", ["1", "c2", "3"], [], "expand", allowed, [1, 2, 3], [], 0],
  [
    "refuses an expand migration behind a held contract migration",
    ["1", "c2", "3"],
    [1],
    "expand",
    refused,
    [3],
    [2],
    1,
  ],
  ["lets it overtake when it declares so", ["1", "c2", "3>2"], [1], "expand", refused, [3], [2], 0],
  ["wants every held contract migration declared", ["c1", "c2", "3>2"], [], "expand", refused, [3], [1, 2], 1],
  ["runs the overtaken contract migration later", ["1", "c2", "3>2"], [1, 3], "contract", allowed, [2], [], 0],
  ["runs pending expand migrations in the contract phase, too", ["1", "c2"], [], "contract", allowed, [1, 2], [], 0],
] as const)("%s", (_, folder, applied, phase, contractAllowed, run, held, problems) => {
  const result = planned([...folder], [...applied], phase, contractAllowed);
  expect(result.run).toEqual(run);
  expect(result.held).toEqual(held);
  expect(result.problems).toHaveLength(problems);
});

it("says why a contract migration is held", () => {
  const why = (phase: "expand" | "contract", contractAllowed: ContractAllowed) =>
    plan({ migrations: [migration("c1")] }, [], phase, contractAllowed).held.map((held) => held.why);
  expect(why("expand", allowed)).toEqual(["it runs after the deployment, when the new version is healthy"]);
  expect(why("contract", refused)).toEqual(["version 7 is live"]);
});

it("finds drift: changed, missing, renamed and out of order, all at once", () => {
  const records = [recorded(1, { checksum: "other" }), recorded(2), recorded(3, { name: "0003_former" }), recorded(5)];
  const { problems } = plan({ migrations: ["1", "3", "4", "5", "6"].map(migration) }, records, "expand", refused);
  const at = "1970-01-01T00:00:00.000Z by app";
  expect(problems.map(({ file, found }) => `${file}: ${found}`)).toEqual([
    `0001_m.sql: another text than the one applied at ${at}`,
    `0002_m: no file, though it was applied at ${at}`,
    `0003_m.sql: a file with the number of 0003_former, which was applied at ${at}`,
    "0004_m.sql: a number before that of 0005_m, which was applied at 1970-01-01T00:00:00.000Z already",
  ]);
});

it("takes a contract migration for out of order when an applied one that came after it did not declare to overtake it", () => {
  expect(planned(["c1", "2"], [2], "contract", allowed).problems).toHaveLength(1);
});

it("goes on with what was begun, also with a contract migration that would be held now", () => {
  const begun = recorded(1, { state: "stopped", checksum: "before it was mended" });
  const { run, problems } = plan({ migrations: [migration("c1")] }, [begun], "expand", refused);
  expect(run.map((item) => item.begun)).toEqual([begun]);
  expect(problems).toEqual([]);
});
