import type { LiteChild } from "../../contracts/lite-child.ts";
import type { ParentSettings } from "../parent-sync/parent-link.ts";
import { ProblemError } from "../problem/problem.ts";
import { type ChildEnvironment, onlyObject } from "./environment.ts";

/** A release is in force everywhere after this time. */
const keptMilliseconds = 10_000;
const answerWithinMilliseconds = 1_000;
const nothing: ParentSettings = { configuration: {}, update: { refuse: [] } };

let known: { of: string; at: number; settings: Promise<ParentSettings> } | undefined;

/** What the parent's releases say. Without an answer in time it is what was known last: a request is not held up. */
export async function parentSettings(
  env: ChildEnvironment,
  { parent }: LiteChild,
  now: number,
): Promise<ParentSettings> {
  if (parent.ops === undefined) return nothing;
  if (known?.of === env.CHILD && Math.abs(now - known.at) < keptMilliseconds) return await known.settings;
  const before = known?.of === env.CHILD ? known.settings : Promise.resolve(nothing);
  const settings = asked(env).catch((error: unknown) => {
    console.warn(`The parent's settings cannot be read, the last ones stay: ${String(error)}`);
    return before;
  });
  known = { of: env.CHILD, at: now, settings };
  return await settings;
}

/** A release came: it is in force here at once. */
export function forgetSettings(): void {
  known = undefined;
}

async function asked(env: ChildEnvironment): Promise<ParentSettings> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), answerWithinMilliseconds);
  });
  try {
    return await Promise.race([env.BUDGET.getByName(onlyObject).settings(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The child as its parent wants it. */
export function asSet(child: LiteChild, { configuration }: ParentSettings): LiteChild {
  const { requestsPerDay = child.quota.requestsPerDay, suspended } = configuration;
  return { ...child, state: suspended ? "suspended" : child.state, quota: { ...child.quota, requestsPerDay } };
}

/** @throws ProblemError 403: a security update refuses such requests */
export function requireNotRefused({ update }: ParentSettings, method: string, path: string): void {
  const rule = update.refuse.find((one) => (one.method ?? method) === method && path.startsWith(one.path));
  if (rule === undefined) return;
  const detail = `A security update refuses this for the time being: ${rule.reason}`;
  throw new ProblemError({ status: 403, title: "Refused", detail });
}
