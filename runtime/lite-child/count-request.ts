import type { Usage } from "../budget/budget-meter.ts";
import { type ChildEnvironment, onlyObject } from "./environment.ts";

/** Units of the budget: a write costs what five reads cost. */
export function unitsOf(method: string): number {
  return writes(method) ? 5 : 1;
}

export function writes(method: string): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}

/** A counter that does not answer must not hold requests up. */
const answerWithinMilliseconds = 1_000;

/** Counts a request. Undefined, with a line in the log: the counter is not to be had, and the request passes. */
export async function countRequest(env: ChildEnvironment, units: number): Promise<Usage | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), answerWithinMilliseconds);
  });
  try {
    return await Promise.race([env.BUDGET.getByName(onlyObject).use(units), late]);
  } catch (error) {
    console.warn(`The budget's counter is unavailable, the request passes: ${String(error)}`);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The header `Chitty-Budget` of every counted answer. */
export function budgetHeader(usage: Usage | undefined): string {
  if (usage === undefined) return "unavailable";
  return `level=${usage.level}; requests=${usage.requests}; units=${usage.units}`;
}
