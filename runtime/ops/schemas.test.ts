import { expect, it } from "vitest";
import { opsObjects } from "../../contracts/ops-plane.ts";
import type { ObjectStorage } from "../storage/object-storage.ts";
import { memoryBucket } from "../storage/testing/memory-bucket.ts";
import { memoryStorage } from "../storage/testing/memory-storage.ts";
import { AlarmSetter } from "./alarm-setter.ts";
import { AuditKeeper } from "./audit/audit-keeper.ts";
import { DirectoryKeeper } from "./directory/directory-keeper.ts";
import { Hub } from "./events/hub.ts";
import { CallKeeper } from "./http/call-keeper.ts";
import { Desk } from "./incidents/desk.ts";
import { BudgetKeeper } from "./meter/budget-keeper.ts";
import { MeterKeeper } from "./meter/meter-keeper.ts";
import { OperationKeeper } from "./operations/operation-keeper.ts";
import { RolloutKeeper } from "./rollouts/rollout-keeper.ts";
import { ScanKeeper } from "./security/scan-keeper.ts";
import { ChildKeeper } from "./sync/child-keeper.ts";

const clock = { now: () => Date.parse("2026-11-26T12:00:00Z") };
const told = { clock, random: () => 0.5, local: true, url: "http://ops.test", family: "chittyos" };
const nothing = {} as never;

/** What each class of object keeps, as the object makes it. */
const objects: Record<string, (storage: ObjectStorage) => unknown> = {
  AuditLog: (storage) => new AuditKeeper(storage, { chain: "c", bucket: memoryBucket(), key: () => nothing, clock }),
  CallLog: (storage) => new CallKeeper(storage),
  Directory: (storage) => new DirectoryKeeper(storage, { pages: [], family: "chittyos" } as never),
  IncidentDesk: (storage) => new Desk(storage, told),
  EventHub: (storage) => new Hub(storage, told),
  OperationDesk: (storage) => new OperationKeeper(storage, clock, nothing),
  ChildShard: (storage) => [new ChildKeeper(storage, "children-1"), new AlarmSetter(storage)],
  RolloutDesk: (storage) => [new RolloutKeeper(storage, clock), new AlarmSetter(storage)],
  Meter: (storage) => {
    const meter = new MeterKeeper(storage, clock);
    return [meter, new BudgetKeeper(storage, meter, clock), new ScanKeeper(storage, nothing, clock)];
  },
};

it("knows every object of the plane", () => {
  expect(Object.keys(objects).sort()).toEqual(opsObjects.map(({ className }) => className).sort());
});

it.each(Object.entries(objects))("%s makes its tables as versions of a schema, each once", (_, make) => {
  const storage = memoryStorage();
  const made: string[] = [];
  const spied: ObjectStorage = {
    ...storage,
    sql: {
      exec(query, ...bindings) {
        if (/^\s*(?:CREATE|ALTER|DROP)\b/i.test(query) && !query.includes("schema_versions")) made.push(query);
        return storage.sql.exec(query, ...bindings);
      },
    },
  };
  make(spied);
  const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
  const own = tables.filter(({ name }) => name !== "schema_versions" && !name.startsWith("sqlite_"));
  expect(made.filter((query) => /CREATE TABLE/i.test(query))).toHaveLength(own.length);
  made.length = 0;
  make(spied);
  expect(made).toEqual([]);
});
