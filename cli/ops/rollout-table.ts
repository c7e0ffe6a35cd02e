import type { Rollout } from "../../contracts/ops-rollouts.ts";
import { table } from "../output/table.ts";

/** Rollouts for people, with how many children stand where. */
export function rolloutTable(rollouts: readonly Rollout[]): string {
  if (rollouts.length === 0) return "There are no rollouts.";
  return table(
    ["COUNTER", "SERVICE", "KIND", "STATE", "WAVE", "CHILDREN", "BY", "AT", ""],
    rollouts.map((one) => [
      String(one.counter),
      one.service,
      one.kind,
      one.state,
      `${one.wave}/${one.waves.length}`,
      standing(one),
      one.createdBy,
      one.createdAt,
      one.reason ?? "",
    ]),
  );
}

/** e.g. `12 applied, 1 silent` */
function standing({ progress }: Rollout): string {
  const sums = new Map<string, number>();
  for (const { state, children } of progress) sums.set(state, (sums.get(state) ?? 0) + children);
  return [...sums].map(([state, children]) => `${children} ${state}`).join(", ") || "none yet";
}
