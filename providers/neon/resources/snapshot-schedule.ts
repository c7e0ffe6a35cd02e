import type { BackupSchedule } from "@neondatabase/api-client";
import type { Problem } from "../../kit/check.ts";
import type { ResourceDefinition } from "../../kit/definition.ts";
import type { Shape } from "../../kit/shape.ts";
import { isMap, type Json, type JsonMap, type Value, type ValueMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { neonId, oneOf, problemsOf, type Rules, wholeNumber } from "../checks.ts";
import type { NeonClient } from "../client.ts";
import { fromWire, toWire } from "../codec.ts";
import { onlyOtherValues } from "../data-loss.ts";
import { ifThere } from "../if-there.ts";

const text = { type: "string" } as const;
const count = { type: "number" } as const;

const itemShape: Shape = {
  frequency: { ...text, required: true },
  hour: count,
  day: count,
  month: count,
  retentionSeconds: count,
};

const itemRules: Rules = {
  frequency: oneOf("hourly", "daily", "weekly", "monthly", "yearly"),
  hour: wholeNumber(0, 23, " (UTC)"),
  day: wholeNumber(1, 31),
  month: wholeNumber(1, 12),
  retentionSeconds: wholeNumber(3600, undefined, " seconds (an hour)"),
};

/** Which fields say when, by frequency. */
const fields: Readonly<Record<string, readonly string[]>> = {
  hourly: [],
  daily: ["hour"],
  weekly: ["hour", "day"],
  monthly: ["hour", "day"],
  yearly: ["hour", "day", "month"],
};

/** When Neon takes snapshots of a branch by itself. A branch has one schedule, so making it sets it and deleting it empties it. */
export const snapshotSchedule: ResourceDefinition<NeonClient> = {
  shape: {
    projectId: { ...text, required: true, replace: true },
    branchId: { ...text, required: true, replace: true },
    schedule: { type: "list", items: { type: "object", fields: itemShape }, required: true },
  },
  importIds: ["{projectId}/{branchId}"],
  check: checkSchedule,
  review: onlyOtherValues,
  create: async (inputs, { client, signal }) => {
    await set(client.api, inputs, inputs.schedule ?? [], signal);
    return { id: `${String(inputs.projectId)}/${String(inputs.branchId)}`, outputs: {} };
  },
  read: ({ id, state }, { client, signal }) =>
    ifThere(async () => {
      const projectId = String(state.projectId);
      const branchId = String(state.branchId);
      const { schedule } = await client.api.call("getSnapshotSchedule", [projectId, branchId], signal);
      if (schedule.length === 0) return undefined;
      return { id, outputs: { projectId, branchId, schedule: schedule.map((item) => fromWire(item, itemShape)) } };
    }),
  update: async (inputs, _, { client, signal }) => {
    await set(client.api, inputs, inputs.schedule ?? [], signal);
    return {};
  },
  delete: async ({ state }, { client, signal }) => {
    await ifThere(() => set(client.api, state, [], signal));
  },
};

function set(api: Api, at: JsonMap, schedule: Json, signal: AbortSignal): Promise<unknown> {
  const [projectId, branchId] = [String(at.projectId), String(at.branchId)];
  const wire = toWire({ schedule }, { schedule: { type: "list", items: { type: "object", fields: itemShape } } });
  // The shape was checked before; the client's type is that of the same API.
  const body = wire as unknown as BackupSchedule;
  return api.inTurn(projectId, () => api.call("setSnapshotSchedule", [projectId, branchId, body], signal));
}

function checkSchedule(inputs: ValueMap): Problem[] {
  const { schedule } = inputs;
  const items = Array.isArray(schedule) ? schedule : [];
  const empty = { path: ["schedule"], reason: "must have at least one entry; leave the resource out for no snapshots" };
  return [
    ...problemsOf(inputs, { projectId: neonId("project", ""), branchId: neonId("branch", "br-") }),
    ...(Array.isArray(schedule) && items.length === 0 ? [empty] : []),
    ...items.flatMap((item, index) => (isMap(item) ? checkItem(item, index) : [])),
  ];
}

function checkItem(item: ValueMap, index: number): Problem[] {
  const at = ["schedule", index];
  const useful = typeof item.frequency === "string" ? fields[item.frequency] : undefined;
  const useless = useful && ["hour", "day", "month"].filter((name) => isSet(item[name]) && !useful.includes(name));
  const weekday = item.frequency === "weekly" && typeof item.day === "number" && item.day > 7;
  return [
    ...problemsOf(item, itemRules, at),
    ...(useless ?? []).map((name) => ({
      path: [...at, name],
      reason: `says nothing with frequency ${String(item.frequency)}; remove it`,
    })),
    ...(weekday
      ? [{ path: [...at, "day"], reason: `must be a day of the week from 1 to 7, found ${String(item.day)}` }]
      : []),
  ];
}

function isSet(value: Value | undefined): boolean {
  return value !== undefined && value !== null;
}
