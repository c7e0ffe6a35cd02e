import { beforeEach, expect, it, vi } from "vitest";
import { newOperation } from "../../../contracts/ops-operations.ts";
import { ProblemError } from "../../problem/problem.ts";
import { type MemoryStorage, memoryStorage } from "../../storage/testing/memory-storage.ts";
import { OperationKeeper, type OperationWork } from "./operation-keeper.ts";

let storage: MemoryStorage;
let now: number;
let done: string[];
let deployed: "done" | "failed" | undefined;
let unhealthy: string[];
/** What fails next, with whether it was done before its answer was lost. */
let faults: ("before" | "after")[];
const windows = new Set<string>();
beforeEach(() => {
  storage = memoryStorage();
  now = Date.parse("2026-11-26T12:00:00Z");
  done = [];
  deployed = undefined;
  unhealthy = [];
  faults = [];
  windows.clear();
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const doing = async <T>(what: string, work: () => T): Promise<T> => {
  const fault = faults.shift();
  if (fault === "before") throw new Error(`${what} does not answer`);
  const result = work();
  done.push(what);
  if (fault === "after") throw new Error(`the answer to ${what} was lost`);
  return result;
};
const work: OperationWork = {
  beginMaintenance: ({ id }) =>
    doing("maintenance on", () => {
      windows.add(id);
      return id;
    }),
  endMaintenance: (window) => doing("maintenance off", () => void windows.delete(window)),
  deployment: async () => deployed,
  unhealthy: async () => unhealthy,
  raise: (_, reason) => doing(`incident: ${reason}`, () => {}),
};
/** A new one over what the one before left behind, as after an eviction. */
const keeper = () => new OperationKeeper(storage, { now: () => now }, work);
const given = newOperation.parse({
  services: ["chittyfinance", "chittyauth"],
  family: "chittyos",
  stack: "chittyops/prod",
  reason: "new schema",
});
const pass = async (seconds: number) => {
  const end = now + seconds * 1_000;
  for (let due = keeper().nextDue; due !== undefined && due <= end; due = keeper().nextDue) {
    now = Math.max(now, due);
    await keeper().run();
  }
  now = end;
};
const state = () => {
  const { state, step } = keeper().get("op-1") ?? {};
  return `${state} ${step}`;
};

it("goes from maintenance over drain, deployment and health to its end, whatever process it is in", async () => {
  keeper().start(given, "ann@chitty.cc");
  await pass(0);
  expect([state(), [...windows]]).toEqual(["running drain", ["op-1"]]);
  await pass(30);
  expect(state()).toBe("running deploy");
  await pass(600);
  deployed = "done";
  unhealthy = ["chittyauth"];
  await pass(60);
  expect(state()).toBe("running verify");
  unhealthy = [];
  await pass(60);
  expect([state(), [...windows], keeper().nextDue]).toEqual(["done verify", [], undefined]);
  expect(done).toEqual(["maintenance on", "maintenance off"]);
});

it.each<[string, () => void, string, RegExp]>([
  [
    "the deployment fails",
    () => {
      deployed = "failed";
    },
    "undone deploy",
    /the deployment failed/,
  ],
  ["nobody deploys", () => {}, "undone deploy", /no deployment within 3600 s/],
  [
    "a service is not healthy after it",
    () => {
      deployed = "done";
      unhealthy = ["chittyauth"];
    },
    "undone verify",
    /not healthy after the deployment: chittyauth/,
  ],
])("is undone when %s: the maintenance ends, and an incident says why", async (_, happen, ended, why) => {
  keeper().start(given, "ann@chitty.cc");
  happen();
  await pass(2 * 3_600);
  expect([state(), [...windows]]).toEqual([ended, []]);
  expect(done).toEqual(["maintenance on", "maintenance off", expect.stringMatching(why)]);
});

it("is undone when what it asks for is refused, since it would be again", async () => {
  const refusing: OperationWork = {
    ...work,
    beginMaintenance: async () => {
      throw new ProblemError({ status: 409, title: "Full", detail: "There are 500 windows already." });
    },
  };
  keeper().start(given, "ann@chitty.cc");
  await new OperationKeeper(storage, { now: () => now }, refusing).run();
  await pass(60);
  expect([state(), done]).toEqual(["undone maintenance", ["incident: There are 500 windows already."]]);
});

it("is undone when it is cancelled, and cannot be cancelled twice", async () => {
  keeper().start(given, "ann@chitty.cc");
  await pass(60);
  keeper().cancel("op-1", "bob@chitty.cc");
  expect(() => keeper().cancel("op-1", "bob@chitty.cc")).toThrow(/nothing to cancel/);
  await pass(60);
  expect([state(), [...windows]]).toEqual(["undone deploy", []]);
  expect(() => keeper().cancel("op-2", "bob@chitty.cc")).toThrow(/no op-2/);
});

it("goes on when the plane failed in between, also after it was done and the answer was lost", async () => {
  keeper().start(given, "ann@chitty.cc");
  deployed = "done";
  faults = ["before", "after", "before", "before", "after"];
  await pass(600);
  expect([state(), [...windows]]).toEqual(["done verify", []]);
});

it("is one at a time for a stack", async () => {
  keeper().start(given, "ann@chitty.cc");
  expect(() => keeper().start(given, "ann@chitty.cc")).toThrow(/op-1 is at the stack/);
  for (let index = 1; index < 20; index += 1) keeper().start({ ...given, stack: `other/${index}` }, "ann@chitty.cc");
  expect(() => keeper().start({ ...given, stack: "more" }, "ann@chitty.cc")).toThrow(/20 are under way/);
  const page = keeper().list("all", undefined, 5);
  expect(page.operations.map(({ id }) => id)).toEqual(["op-20", "op-19", "op-18", "op-17", "op-16"]);
  expect(keeper().list(["cook-county"], page.next, 5).operations).toEqual([]);
});

it("is kept until five thousand came after it, and longer while it is under way", () => {
  keeper().start({ ...given, stack: "slow" }, "ann@chitty.cc");
  keeper().start({ ...given, stack: "early" }, "ann@chitty.cc");
  keeper().cancel("op-2", "ann@chitty.cc");
  storage.sql.exec("UPDATE operations SET due = NULL WHERE number = 2");
  storage.sql.exec("UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'operations'");
  keeper().start({ ...given, stack: "a" }, "ann@chitty.cc");
  expect(
    keeper()
      .list("all", undefined, 5)
      .operations.map(({ id }) => id),
  ).toEqual(["op-5001", "op-2", "op-1"]);
  keeper().start({ ...given, stack: "b" }, "ann@chitty.cc");
  expect(
    keeper()
      .list("all", undefined, 5)
      .operations.map(({ id }) => id),
  ).toEqual(["op-5002", "op-5001", "op-1"]);
});
