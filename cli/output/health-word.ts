import type { HealthState } from "../../contracts/ops-health.ts";
import type { Console } from "./console.ts";

const styles: Record<HealthState, Parameters<Console["style"]>[0]> = {
  healthy: "green",
  unhealthy: "red",
  unreachable: "red",
  unverifiable: "yellow",
  flapping: "yellow",
  unknown: "yellow",
  excluded: "dim",
};

/** Health as a word in its colour, with what goes on besides. */
export function healthWord(
  console: Console,
  { health, maintenance }: { health: HealthState; maintenance: boolean },
): string {
  return console.style(styles[health], maintenance ? `${health} (maintenance)` : health);
}
